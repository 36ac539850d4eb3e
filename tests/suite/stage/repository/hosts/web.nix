{ config, ... }:
{
  imports = [ ../sops.nix ../modules/ai.nix ];
  sops.secrets."relay/password" = {
    sopsFile = ../secrets/mail.yaml;
  };
  services.mail.passwordFile = config.sops.secrets.mail_password.path;
  sops.templates."ai.env".content = "KEY=${config.sops.placeholder."api/deepseek"}";
}
