//! Who works on a release, and whether that process still lives.
//!
//! The record of a revision that is under way names its holder, who renews it. A holder on this machine is looked for among
//! the processes; one elsewhere is gone when it has not renewed for [`LEASE`].

use std::fs;
use std::time::Duration;

/// How often a holder renews.
pub(crate) const RENEWAL: Duration = Duration::from_secs(4);

/// How long a holder elsewhere may be silent before it is held to be gone.
pub(crate) const LEASE: Duration = Duration::from_secs(15);

/// Whether a holder still lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// its process runs
    Alive,
    /// its process is gone
    Gone,
    /// it is elsewhere: only time can tell
    Elsewhere,
}

/// Gives the identity of this process: `HOST/BOOT/PID-NAMESPACE/PID/START`.
///
/// Beside the number of the process stands when it started, so that a number used again is not taken for it.
pub(crate) fn identity() -> String {
    let pid = std::process::id();
    let start = started(pid).unwrap_or_default();
    format!("{}/{pid}/{start}", machine())
}

/// Gives what tells one machine, and one space of process numbers on it, from others.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned());
    let host = read("/proc/sys/kernel/hostname")
        .or_else(|_| std::env::var("HOSTNAME"))
        .unwrap_or_else(|_| "localhost".to_owned());
    let boot = read("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = fs::read_link("/proc/self/ns/pid");
    let space = space.map(|link| link.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{host}/{boot}/{space}")
}

/// Gives when a process started, in ticks since the machine did; nothing if it has ended.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name stands in parentheses, and may have any in it.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    // Behind the name the first field is the state, the twentieth the start.
    (!matches!(*fields.first()?, "Z" | "X")).then(|| fields.get(19)?.parse().ok())?
}

/// Tells whether a holder lives, as far as this machine knows.
pub(crate) fn life(holder: &str) -> Life {
    let own = machine();
    let process = holder.strip_prefix(&own).and_then(|rest| rest.strip_prefix('/'));
    // Without a boot's identity, two machines of one name look alike.
    let Some((pid, start)) = process.and_then(|rest| rest.split_once('/')) else {
        return Life::Elsewhere;
    };
    if own.contains("//") {
        return Life::Elsewhere;
    }
    match pid.parse().ok().and_then(started) {
        Some(now) if start == now.to_string() => Life::Alive,
        _ => Life::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_that_ended_does_not() {
        assert_eq!(life(&identity()), Life::Alive);
        let gone = identity().rsplit_once('/').map(|(most, _)| format!("{most}/1")).unwrap();
        assert_eq!(life(&gone), Life::Gone);
        assert_eq!(life("elsewhere/boot/pid:[1]/2/3"), Life::Elsewhere);
    }
}
