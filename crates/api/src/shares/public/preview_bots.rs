//! Programs that show a preview of a link in a chat or a post.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

/// Parts of such programs' `User-Agent`, in lower case. Their `Accept` does not tell: many send `*/*`, like
/// programs that want data.
const NAMES: [&str; 24] = [
    "bluesky cardyb",
    "discordbot",
    "embedly",
    // Facebook, Instagram, Messenger, Line; Apple's Messages also names it.
    "facebookexternalhit",
    "facebot",
    "google-pagerenderer",
    "iframely",
    "linkedinbot",
    "mastodon/",
    "mattermost-bot",
    "meta-externalagent",
    "nextcloud server crawler",
    "pinterest",
    "redditbot",
    "rocket.chat",
    // Microsoft Teams and Skype.
    "skypeuripreview",
    // Matrix.
    "synapse",
    "slackbot",
    "telegrambot",
    "twitterbot",
    "viber",
    "vkshare",
    // Signal also uses this name.
    "whatsapp",
    "zulipurlpreview",
];

/// How much of a name is looked at, in bytes.
const LONGEST: usize = 512;

/// Whether such a program asks, by its `User-Agent`. It gets the same content as others, as a page.
pub(super) fn asks(request: &HttpRequest) -> bool {
    let Some(agent) = request.headers().get(USER_AGENT) else {
        return false;
    };
    let agent = agent.as_bytes();
    let agent = agent.get(..LONGEST).unwrap_or(agent).to_ascii_lowercase();
    let agent = String::from_utf8_lossy(&agent);
    NAMES.iter().any(|name| agent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn asked_by(agent: &str) -> bool {
        let request = TestRequest::get().append_header((USER_AGENT, agent));
        asks(&request.to_http_request())
    }

    #[test]
    fn they_are_known_by_the_names_they_send() {
        for agent in [
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "TelegramBot (like TwitterBot)",
            "WhatsApp/2.23.20.0",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Jakarta Commons-HttpClient/3.1)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
            "Synapse (bot; +https://github.com/matrix-org/synapse)",
        ] {
            assert!(asked_by(agent), "{agent}");
        }
        for agent in [
            "curl/8.5.0",
            "python-requests/2.32",
            "okhttp/4.12.0",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "",
        ] {
            assert!(!asked_by(agent), "{agent}");
        }
    }

    #[test]
    fn of_a_long_name_the_beginning_counts() {
        assert!(asked_by(&format!("Slackbot{}", " x".repeat(4_096))));
        assert!(!asked_by(&format!("{}Slackbot", "x ".repeat(4_096))));
    }
}
