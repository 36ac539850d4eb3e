{ config, ... }:

{
  systemd.services.ai = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.LoadCredential = "key:${config.sops.secrets."api/deepseek".path}";
    script = "exec assistant --key-file \${CREDENTIALS_DIRECTORY}/key";
  };
}
