//! Settings of what is sent to partners' software.

use clap::Args;

use super::{ConfigError, Environment};
use crate::hooks::HookSettings;
use crate::hooks::target::{SUBNETS_MAX, Subnet, Subnets};

const ALLOW: &str = "HOURBOOK_HOOK_ALLOW";
const AUTHORITIES: &str = "HOURBOOK_HOOK_AUTHORITIES";

/// Where partners' software may be.
#[derive(Clone, Debug, Default, Args)]
pub struct HookFlags {
    /// Subnets, with commas between, where partners' software may be called beside the whole internet: on any port, and without TLS,
    /// such as 10.20.0.0/16 [env: HOURBOOK_HOOK_ALLOW] [default: none]
    #[arg(long, value_name = "SUBNETS")]
    pub hook_allow: Option<String>,
    /// Who vouches for partners' software, PEM [env: HOURBOOK_HOOK_AUTHORITIES] [default: whom this machine trusts]
    #[arg(long, value_name = "FILE")]
    pub hook_authorities: Option<String>,
}

pub(super) fn read(flags: &HookFlags, environment: &dyn Environment) -> Result<HookSettings, ConfigError> {
    let setting = |flag: &Option<String>, name: &'static str| match flag {
        Some(value) => Ok(Some(value.clone())),
        None => environment.get(name),
    };
    let allowed = setting(&flags.hook_allow, ALLOW)?.map_or(Ok(Subnets::default()), read_subnets)?;
    let authorities = setting(&flags.hook_authorities, AUTHORITIES)?.filter(|file| !file.is_empty());
    Ok(HookSettings { allowed, authorities: authorities.map(Into::into) })
}

fn read_subnets(value: String) -> Result<Subnets, ConfigError> {
    let subnets: Result<Vec<Subnet>, ()> = match value.trim() {
        "" => Ok(Vec::new()),
        some => some.split(',').map(|subnet| subnet.trim().parse()).collect(),
    };
    match subnets {
        Ok(subnets) if subnets.len() <= SUBNETS_MAX => Ok(Subnets::of(&subnets)),
        Ok(_) | Err(()) => Err(ConfigError {
            setting: ALLOW,
            value,
            must: "be at most 64 subnets with commas between, each from its first address on, such as 10.20.0.0/16,fd00::/8",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Fixed;
    use super::*;

    /// Goal: subnets are read from flag or variable, and one that cannot be meant is named. Method: both; none; a few that are none,
    /// and too many.
    #[test]
    fn subnets_are_settings() {
        let from = |value: &'static str| read(&HookFlags::default(), &Fixed::new([(ALLOW, value)]));
        assert!(read(&HookFlags::default(), &Fixed::empty()).unwrap().allowed.are_none());
        assert!(from(" ").unwrap().allowed.are_none());
        let here = Subnets::of(&["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()]);
        assert_eq!(from("127.0.0.0/8, ::1").unwrap().allowed, here);
        let flags = HookFlags { hook_allow: Some("::1".into()), ..HookFlags::default() };
        let other = read(&flags, &Fixed::new([(ALLOW, "127.0.0.0/8")])).unwrap();
        assert_eq!(other.allowed, Subnets::of(&["::1".parse().unwrap()]));
        for bad in ["127.0.0.1/8", "localhost", "127.0.0.0/8,", "10.0.0.0/8;::1"] {
            assert_eq!(from(bad).unwrap_err().setting, ALLOW, "{bad}");
        }
        let many = vec!["::1"; SUBNETS_MAX + 1].join(",");
        let flags = HookFlags { hook_allow: Some(many), ..HookFlags::default() };
        assert!(read(&flags, &Fixed::empty()).is_err());
        let file = read(&HookFlags::default(), &Fixed::new([(AUTHORITIES, "ca.pem")])).unwrap();
        assert_eq!(file.authorities, Some("ca.pem".into()));
    }
}
