//! The buttons below the pictures and the panels that they open.

use super::{
    devices::{DeviceMenus, MediaSwitch},
    icons::{self, Icon},
    moderation::Manage,
};
use crate::{
    browser,
    room::{
        call::Call,
        element_ids,
        model::{Event, InputKind},
    },
};
use leptos::prelude::*;

/// The controls; a mentor has more of them.
#[component]
pub fn Controls(call: Call, is_mentor: bool) -> impl IntoView {
    let (devices_open, set_devices_open) = signal(false);
    let (manage_open, set_manage_open) = signal(false);
    let can_share = move || call.with(|model| model.can_share);
    let sharing = move || call.with(|model| model.sharing);
    let chat_open = move || call.with(|model| model.chat.open);
    let unread = Memo::new(move |_| call.with(|model| model.chat.unread));
    let unread_label = move || match unread.get() {
        0 => String::new(),
        1 => "1 unread message".to_owned(),
        n => [&n.to_string(), " unread messages"].concat(),
    };
    let expanded = |open: bool| if open { "true" } else { "false" };
    view! {
        <div
            class="controls"
            role="group"
            aria-label="Call controls"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    set_devices_open.set(false);
                    set_manage_open.set(false);
                }
            }
        >
            <MediaSwitch call kind=InputKind::Microphone />
            <MediaSwitch call kind=InputKind::Camera />
            <Show when=can_share>
                <button
                    type="button"
                    class="control"
                    class:is-on=sharing
                    on:click=move |_| {
                        let on = !call.read(|model| model.sharing);
                        call.send(Event::ShareScreen(on));
                    }
                >
                    <Icon drawing=icons::SCREEN />
                    <span>{move || if sharing() { "Stop sharing" } else { "Share screen" }}</span>
                </button>
            </Show>
            <button
                type="button"
                id=element_ids::CHAT_BUTTON
                class="control"
                class:is-on=chat_open
                aria-controls="chat"
                aria-expanded=move || expanded(chat_open())
                aria-describedby="chat-unread"
                on:click=move |_| {
                    let open = !call.read(|model| model.chat.open);
                    call.send(Event::OpenChat(open));
                }
            >
                <Icon drawing=icons::CHAT />
                <span>"Chat"</span>
                <span class="unread" aria-hidden="true" hidden=move || unread.get() == 0>
                    {move || unread.get()}
                </span>
            </button>
            <span id="chat-unread" class="visually-hidden">
                {unread_label}
            </span>
            <button
                type="button"
                id=element_ids::DEVICES_BUTTON
                class="control"
                class:is-on=devices_open
                aria-controls="devices"
                aria-expanded=move || expanded(devices_open.get())
                on:click=move |_| set_devices_open.update(|open| *open = !*open)
            >
                <Icon drawing=icons::DEVICES />
                <span>"Devices"</span>
            </button>
            {is_mentor
                .then(|| {
                    view! {
                        <button
                            type="button"
                            id=element_ids::MANAGE_BUTTON
                            class="control"
                            class:is-on=manage_open
                            aria-controls="manage"
                            aria-expanded=move || expanded(manage_open.get())
                            on:click=move |_| set_manage_open.update(|open| *open = !*open)
                        >
                            <Icon drawing=icons::PEOPLE />
                            <span>"Manage"</span>
                        </button>
                        <button
                            type="button"
                            class="control is-end"
                            on:click=|_| browser::show_dialog(element_ids::END_DIALOG)
                        >
                            <Icon drawing=icons::CLOSE />
                            <span>"End for everyone"</span>
                        </button>
                    }
                })}
        </div>
        <div
            id="devices"
            class="devices-panel"
            role="region"
            aria-label="Devices"
            hidden=move || !devices_open.get()
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    set_devices_open.set(false);
                    browser::focus(element_ids::DEVICES_BUTTON);
                }
            }
        >
            <DeviceMenus call />
        </div>
        {is_mentor
            .then(|| {
                view! {
                    <div
                        id="manage"
                        class="devices-panel"
                        role="region"
                        aria-label="Manage the meeting"
                        hidden=move || !manage_open.get()
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                set_manage_open.set(false);
                                browser::focus(element_ids::MANAGE_BUTTON);
                            }
                        }
                    >
                        <Manage call />
                    </div>
                }
            })}
    }
}
