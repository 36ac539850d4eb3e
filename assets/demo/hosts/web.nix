{ config, ... }:

{
  imports = [
    ../sops.nix
    ../modules/ai.nix
  ];

  users.users.mailer = {
    isSystemUser = true;
    group = "mailer";
  };
  users.groups.mailer = { };

  systemd.services.mailer = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.User = "mailer";
    environment.TOKEN_FILE = config.sops.secrets."api/mail_token".path;
    script = "exec mailer";
  };

  services.postgresql.enable = true;
}
