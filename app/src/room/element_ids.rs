//! Ids of the elements that the call's code looks up: the views set them, the client attaches
//! tracks to them, and the focus moves to them.

/// One's own picture in the lobby.
pub const PREVIEW: &str = "preview";
/// One's own picture during the call.
pub const SELF_VIEW: &str = "self-view";
/// The other person's picture.
pub const PEER_VIDEO: &str = "peer-video";
/// The other person's voice.
pub const PEER_AUDIO: &str = "peer-audio";
/// The other person's screen.
pub const PEER_SCREEN: &str = "peer-screen";
/// The sound of the other person's screen.
pub const PEER_SCREEN_AUDIO: &str = "peer-screen-audio";

/// The call's heading.
pub const CALL_TITLE: &str = "call-title";
/// The heading of a failure to connect.
pub const FAILURE_TITLE: &str = "failure-title";
/// The button that moves the call to this tab.
pub const MOVE_HERE: &str = "move-here";

/// The button that opens the chat.
pub const CHAT_BUTTON: &str = "chat-button";
/// The list of messages.
pub const CHAT_LOG: &str = "chat-log";
/// The field to write a message.
pub const CHAT_MESSAGE: &str = "chat-message";

/// The button that opens the device menus.
pub const DEVICES_BUTTON: &str = "devices-button";
/// The button that opens the mentor's panel.
pub const MANAGE_BUTTON: &str = "manage-button";
/// The dialog that asks before the meeting is ended.
pub const END_DIALOG: &str = "end-dialog";
/// The dialog that asks before the mentee is removed.
pub const REMOVE_DIALOG: &str = "remove-dialog";
