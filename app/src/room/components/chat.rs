//! The chat. Messages are text nodes: nothing in them is ever read as markup.

use super::icons::{self, Icon};
use crate::{
    browser,
    room::{
        call::Call,
        element_ids,
        model::{CHAT_MAX, Delivery, Event, Message},
    },
};
use leptos::{ev::KeyboardEvent, prelude::*};

/// Messages and the field to write one.
#[component]
pub fn Chat(call: Call) -> impl IntoView {
    let (draft, set_draft) = signal(String::new());
    let open = move || call.with(|model| model.chat.open);
    let empty = move || call.with(|model| model.chat.messages.is_empty());
    let send = move || {
        let text = draft.get_untracked();
        if !text.trim().is_empty() {
            set_draft.set(String::new());
            call.send(Event::SendMessage {
                id: browser::new_id(),
                text,
                time: browser::time_of_day(),
            });
        }
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    Effect::new(move |_| {
        call.with(|model| (model.chat.open, model.chat.messages.len()));
        browser::scroll_to_end(element_ids::CHAT_LOG);
    });
    view! {
        <aside
            id="chat"
            class="chat"
            aria-label="Chat"
            hidden=move || !open()
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    call.send(Event::OpenChat(false));
                }
            }
        >
            <div class="chat-head">
                <h2>"Chat"</h2>
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Hide messages"
                    on:click=move |_| call.send(Event::OpenChat(false))
                >
                    <Icon drawing=icons::CLOSE />
                </button>
            </div>
            <div id=element_ids::CHAT_LOG class="chat-log" role="log" aria-label="Messages" tabindex="0">
                <p class="chat-empty" hidden=move || !empty()>
                    "No messages yet. Only the two of you can read them."
                </p>
                <ol>
                    <For
                        each=move || call.with(|model| model.chat.messages.clone())
                        key=|message| (message.id.clone(), message.delivery as u8)
                        children=move |message| view! { <ChatMessage call message /> }
                    />
                </ol>
            </div>
            <form
                class="chat-form"
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <textarea
                    id=element_ids::CHAT_MESSAGE
                    aria-label="Message"
                    rows="2"
                    maxlength=CHAT_MAX.to_string()
                    placeholder="Write a message"
                    prop:value=draft
                    on:input=move |event| set_draft.set(event_target_value(&event))
                    on:keydown=key
                ></textarea>
                <button type="submit" class="button button-primary">
                    "Send"
                </button>
            </form>
        </aside>
    }
}

#[component]
fn ChatMessage(call: Call, message: Message) -> impl IntoView {
    let id = message.id;
    let state = match message.delivery {
        Delivery::Sent | Delivery::Sending => None,
        Delivery::Waiting => {
            let name = call.other_name();
            Some(["Will be sent when ", &name, " is here."].concat())
        }
        Delivery::Failed => Some("Not sent.".to_owned()),
    };
    let failed = message.delivery == Delivery::Failed;
    let from = if message.mine {
        "You".to_owned()
    } else {
        message.from
    };
    view! {
        <li class="chat-item" class:is-mine=message.mine>
            <p class="chat-meta">
                <b>
                    <bdi>{from}</bdi>
                </b>
                " "
                <span>{message.time}</span>
            </p>
            <p class="chat-text" dir="auto">
                {message.text}
            </p>
            {state.map(|state| view! { <p class="chat-state">{state}</p> })}
            {failed
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="link-button"
                            on:click=move |_| call.send(Event::ResendMessage { id: id.clone() })
                        >
                            "Send again"
                        </button>
                    }
                })}
        </li>
    }
}
