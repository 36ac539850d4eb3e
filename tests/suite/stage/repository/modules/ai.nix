{ config, pkgs, ... }:
{
  users.users.ctfd.isSystemUser = true;
  users.users.mail.isSystemUser = true;

  systemd.services.ai = {
    serviceConfig.LoadCredential = [
      "deepseek:${config.sops.secrets."api/deepseek".path}"
    ];
  };
  systemd.services.ctfd = { };
}
