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

      "api/mail_token" = {
        owner = "mailer";
        mode = "0440";
        restartUnits = [ "mailer.service" ];
      };

      "database/password".owner = "postgres";

      # the file has no such key: the rebuild would fail here
      ctfd_url = { };
    };
  };
}
