//! Messages.

use super::*;
use crate::room::model::chat::CHAT_KEPT;

fn heard(id: &str, text: &str) -> Event {
    Event::Heard {
        id: id.to_owned(),
        identity: peer().identity,
        text: text.to_owned(),
        time: "10:00".to_owned(),
    }
}

fn say(id: &str, text: &str) -> Event {
    Event::Say {
        id: id.to_owned(),
        text: text.to_owned(),
        time: "10:00".to_owned(),
    }
}

#[test]
fn unread_messages_are_counted_once_each_until_the_chat_is_opened() {
    let mut model = in_room(vec![peer()]);
    model.apply(heard("1", "hello"));
    model.apply(heard("2", "there"));
    model.apply(heard("1", "hello"));
    assert_eq!((model.chat.unread, model.chat.messages.len()), (2, 2));
    assert_eq!(texts(&model), ["Ada: hello", "Ada: there"]);
    assert_eq!(
        model.apply(Event::OpenChat(true)),
        [Effect::Focus(Target::Message)]
    );
    assert_eq!(model.chat.unread, 0);
    assert!(model.toasts.is_empty(), "they are read now");
    assert_eq!(model.apply(heard("3", "again")), []);
    assert_eq!(model.chat.unread, 0);
    model.apply(Event::OpenChat(false));
    model.apply(heard("4", "and again"));
    assert_eq!(model.chat.unread, 1);
}

#[test]
fn hostile_messages_are_plain_bounded_text_or_nothing() {
    let mut model = in_room(vec![peer()]);
    model.apply(heard("1", "<img src=x onerror=alert(1)>"));
    model.apply(heard("2", "\u{202E}\u{0}\u{200B} "));
    model.apply(heard("3", &"x".repeat(100_000)));
    let lengths: Vec<usize> = model.chat.messages.iter().map(|m| m.text.len()).collect();
    assert_eq!(lengths, [28, CHAT_MAX]);
    for n in 0..2 * CHAT_KEPT {
        model.apply(heard(&format!("m{n}"), "flood"));
    }
    assert_eq!(model.chat.messages.len(), CHAT_KEPT);
}

#[test]
fn a_message_said_alone_goes_out_when_the_other_person_is_there() {
    let mut model = in_room(Vec::new());
    assert_eq!(model.apply(say("1", " hello ")), []);
    assert_eq!(model.chat.messages[0].delivery, Delivery::Waiting);
    model.apply(Event::Peer(peer()));
    assert_eq!(
        model.apply(Event::PeerReady),
        [Effect::Tell(Command::Say {
            id: "1".to_owned(),
            text: "hello".to_owned()
        })]
    );
    model.apply(Event::Said {
        id: "1".to_owned(),
        sent: true,
    });
    assert_eq!(model.chat.messages[0].delivery, Delivery::Done);
    assert_eq!(model.apply(Event::PeerReady), [], "never twice");
}

#[test]
fn a_message_that_failed_can_be_sent_again() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(say("1", "hello")).len(), 1);
    let failed = || Event::Said {
        id: "1".to_owned(),
        sent: false,
    };
    model.apply(failed());
    assert_eq!(model.chat.messages[0].delivery, Delivery::Failed);
    let again = Event::SayAgain { id: "1".to_owned() };
    assert_eq!(model.apply(again).len(), 1);
    model.apply(Event::Resuming);
    model.apply(failed());
    assert_eq!(
        model.apply(Event::Resumed(vec![peer()])).len(),
        1,
        "sent by itself after a reconnect"
    );
    assert_eq!(model.apply(say("2", "   ")), []);
}
