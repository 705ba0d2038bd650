//! Messages.

use super::*;
use crate::room::model::chat::CHAT_KEPT;

fn received(id: &str, text: &str) -> Event {
    Event::MessageReceived {
        id: id.to_owned(),
        identity: peer().identity,
        text: text.to_owned(),
        time: "10:00".to_owned(),
    }
}

fn send(id: &str, text: &str) -> Event {
    Event::SendMessage {
        id: id.to_owned(),
        text: text.to_owned(),
        time: "10:00".to_owned(),
    }
}

#[test]
fn unread_messages_are_counted_once_each_until_the_chat_is_opened() {
    let mut model = in_room(vec![peer()]);
    model.apply(received("1", "hello"));
    model.apply(received("2", "there"));
    model.apply(received("1", "hello"));
    assert_eq!((model.chat.unread, model.chat.messages.len()), (2, 2));
    assert_eq!(texts(&model), ["Ada: hello", "Ada: there"]);
    assert_eq!(
        model.apply(Event::OpenChat(true)),
        [Effect::Focus(FocusTarget::Message)]
    );
    assert_eq!(model.chat.unread, 0);
    assert!(model.toasts.is_empty(), "they are read now");
    assert_eq!(model.apply(received("3", "again")), []);
    assert_eq!(model.chat.unread, 0);
    model.apply(Event::OpenChat(false));
    model.apply(received("4", "and again"));
    assert_eq!(model.chat.unread, 1);
}

#[test]
fn hostile_messages_are_plain_bounded_text_or_nothing() {
    let mut model = in_room(vec![peer()]);
    model.apply(received("1", "<img src=x onerror=alert(1)>"));
    model.apply(received("2", "\u{202E}\u{0}\u{200B} "));
    model.apply(received("3", &"x".repeat(100_000)));
    let lengths: Vec<usize> = model.chat.messages.iter().map(|m| m.text.len()).collect();
    assert_eq!(lengths, [28, CHAT_MAX]);
    for n in 0..2 * CHAT_KEPT {
        model.apply(received(&format!("m{n}"), "flood"));
    }
    assert_eq!(model.chat.messages.len(), CHAT_KEPT);
}

#[test]
fn a_message_said_alone_goes_out_when_the_other_person_is_there() {
    let mut model = in_room(Vec::new());
    assert_eq!(model.apply(send("1", " hello ")), []);
    assert_eq!(model.chat.messages[0].delivery, Delivery::Waiting);
    model.apply(Event::PeerChanged(peer()));
    assert_eq!(
        model.apply(Event::PeerActive),
        [Effect::Client(Command::SendMessage {
            id: "1".to_owned(),
            text: "hello".to_owned()
        })]
    );
    model.apply(Event::MessageSent {
        id: "1".to_owned(),
        sent: true,
    });
    assert_eq!(model.chat.messages[0].delivery, Delivery::Sent);
    assert_eq!(model.apply(Event::PeerActive), [], "never twice");
}

#[test]
fn a_message_that_failed_can_be_sent_again() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(send("1", "hello")).len(), 1);
    let failed = || Event::MessageSent {
        id: "1".to_owned(),
        sent: false,
    };
    model.apply(failed());
    assert_eq!(model.chat.messages[0].delivery, Delivery::Failed);
    let again = Event::ResendMessage { id: "1".to_owned() };
    assert_eq!(model.apply(again).len(), 1);
    model.apply(Event::SignalReconnecting);
    model.apply(failed());
    assert_eq!(
        model.apply(Event::Reconnected(vec![peer()])).len(),
        1,
        "sent by itself after a reconnect"
    );
    assert_eq!(model.apply(send("2", "   ")), []);
}
