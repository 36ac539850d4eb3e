{ config, ... }:
{
  sops = {
    defaultSopsFile = ./secrets/web.yaml;
    age.keyFile = "/var/lib/sops-nix/key.txt";

    secrets = {
      # read by modules/ai.nix
      "api/deepseek" = {
        restartUnits = [ "ai.service" ];
      };
      "api/openai" = { };
      mail_password = {
        owner = "mail";
        group = "mail";
        mode = "0440";
      };
      port = { };
      ctfd_url = {
        owner = "ctfd";
      };
      "tls/cert" = {
        path = "/etc/ssl/web.crt";
      };
    };
  };
}
