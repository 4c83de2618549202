//! Passwords: argon2id, and which ones are refused.

use crate::error::Problem;
use actix_web::http::StatusCode;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::Issue;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Semaphore;

pub const MIN: usize = 8;
pub const MAX: usize = 128;

/// The passwords that are tried first everywhere, eight characters and longer.
const COMMON: &[&str] = &[
    "password",
    "password1",
    "password123",
    "passw0rd",
    "p@ssw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "00000000",
    "88888888",
    "66666666",
    "12341234",
    "87654321",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "1q2w3e4r",
    "1qaz2wsx",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbnm1",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "welcome1",
    "admin123",
    "administrator",
    "letmein1",
    "trustno1",
    "superman",
    "woaini1314",
    "woaini520",
    "5201314520",
    "a1234567",
    "a12345678",
    "a123456789",
    "abcd1234",
    "abc12345",
    "abc123456",
    "aa123456",
    "qq123456",
    "qwer1234",
    "changeme",
    "guanxi123",
    "test1234",
    "test12345",
];

fn argon2() -> Argon2<'static> {
    // OWASP: m = 19 MiB, t = 2, p = 1.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Length in characters; the whole password counts, nothing is cut off.
pub fn check(password: &str) -> Result<(), Issue> {
    let length = password.chars().count();
    if length < MIN {
        return Err(Issue::at("password", "password_too_short").with("min", MIN));
    }
    if length > MAX {
        return Err(Issue::at("password", "password_too_long").with("max", MAX));
    }
    if COMMON.contains(&password.to_lowercase().as_str()) {
        return Err(Issue::at("password", "password_common"));
    }
    Ok(())
}

/// About 20 ms and 19 MiB.
pub fn hash(password: &str) -> Result<String, String> {
    argon2()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .map_err(|e| e.to_string())
}

/// Hashes with the same salt, so that which of them a secret belongs to is found by hashing it once: `like` is one of them.
/// Those of other making are like nothing.
pub fn hash_like(secret: &str, like: &str) -> Option<String> {
    let salt = PasswordHash::new(like).ok()?.salt?;
    let hash = argon2().hash_password_with_salt(secret.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

/// Without a hash the same work is done against a fixed one, so that time does not tell whether the account exists.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody signs in with this").unwrap_or_default());
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(&NOBODY)) else {
        return false;
    };
    argon2().verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some()
}

/// As many at a time as there are processors, each with its memory.
static ROOM: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
/// Who has waited this long for a turn is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);
const COME_BACK: u64 = 5;

/// Works beside the threads that take requests, and without a database connection.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    within(PATIENCE, work).await
}

async fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let turn = tokio::time::timeout(patience, ROOM.acquire()).await;
    let turn =
        turn.map_err(|_| Problem::request(StatusCode::SERVICE_UNAVAILABLE, "busy").with("seconds", COME_BACK))?;
    let turn = turn.map_err(persistence::Error::internal)?;
    // The turn ends with the work, also where nobody waits for it any more.
    let work = move || {
        let done = work();
        memory::give_back();
        drop(turn);
        done
    };
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(persistence::Error::internal)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_opens() {
        let stored = hash("一匹好马 with 4 legs").expect("hashes");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("一匹好马 with 4 legs", Some(&stored)));
        assert!(!verify("一匹好马 with 4 leg", Some(&stored)));
        assert!(!verify("", None));
        assert!(!verify("nobody signs in with this", None));
    }

    #[test]
    fn hashes_are_alike_by_their_salt() {
        let first = hash("abcde12345").expect("hashes");
        assert_eq!(hash_like("abcde12345", &first).as_ref(), Some(&first));
        let second = hash_like("another", &first).expect("hashes");
        assert!(second != first && verify("another", Some(&second)));
        assert_eq!(hash_like("another", "0123abcd"), None);
    }

    #[tokio::test]
    async fn who_waits_too_long_for_a_turn_is_told_to_come_back() {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let all = ROOM.acquire_many(u32::try_from(processors).expect("few")).await;
        let refused = within(Duration::from_millis(10), || ()).await.expect_err("no room");
        assert_eq!(
            refused
                .render(domain::Locale::En, "", "")
                .headers()
                .get("Retry-After")
                .map(|v| v.as_bytes()),
            Some(&b"5"[..])
        );
        drop(all);
        beside(|| ()).await.expect("room");
    }

    #[test]
    fn weak_passwords_are_refused() {
        for (password, code) in [("1234567", "password_too_short"), ("Password1", "password_common")] {
            assert_eq!(check(password).expect_err("refused").code, code);
        }
        assert!(check(&"长".repeat(128)).is_ok());
        assert!(check(&"x".repeat(129)).is_err());
    }
}
