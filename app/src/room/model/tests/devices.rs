//! Cameras, microphones, speakers and the screen.

use super::*;
use crate::room::text;

fn microphone(id: &str, label: &str) -> Device {
    Device {
        kind: DeviceKind::Microphone,
        id: id.to_owned(),
        label: label.to_owned(),
    }
}

fn captured(kind: InputKind, capture: CaptureState, device: &str) -> Event {
    Event::CaptureChanged {
        kind,
        capture,
        device: (!device.is_empty()).then(|| device.to_owned()),
    }
}

fn lost_in_room(kind: InputKind) -> Event {
    Event::DeviceLost(kind)
}

fn starts(kind: InputKind, device: &str) -> Effect {
    Effect::Client(Command::StartCapture {
        kind,
        device: device.to_owned(),
    })
}

fn stops(kind: InputKind) -> Effect {
    Effect::Client(Command::StopCapture(kind))
}

#[test]
fn the_client_is_told_the_device_to_start_with_and_when_to_stop() {
    let kind = InputKind::Camera;
    let mut model = lobby();
    model.apply(captured(kind, CaptureState::On, "usb"));
    let effects = model.apply(Event::Switch { kind, on: false });
    assert_eq!(effects[0], stops(kind));
    let effects = model.apply(Event::Switch { kind, on: true });
    assert_eq!(effects[0], starts(kind, "usb"), "the one in use last");
    let failed = CaptureState::Failed(DeviceProblem::Busy);
    assert_eq!(model.apply(captured(kind, failed, "")), [stops(kind)]);
    model.apply(Event::Switch { kind, on: true });
    assert_eq!(model.apply(Event::MutedRemotely(kind)), [stops(kind)]);
    assert!(!model.camera.wanted);
}

#[test]
fn an_unplugged_device_in_the_lobby_is_replaced_by_the_browsers_choice() {
    let kind = InputKind::Microphone;
    let lost = Event::DeviceLost(kind);
    let mut model = lobby();
    model.apply(captured(kind, CaptureState::On, "headset"));
    assert_eq!(model.apply(lost.clone()), [starts(kind, "")]);
    model.apply(captured(kind, CaptureState::On, "built-in"));
    assert_eq!(texts(&model).len(), 1);
    model.apply(Event::Switch { kind, on: false });
    assert_eq!(model.apply(lost), [], "switched off, none is needed");
}

#[test]
fn an_unplugged_microphone_is_replaced_and_the_new_one_named() {
    let mut model = in_room(vec![peer()]);
    model.apply(captured(InputKind::Microphone, CaptureState::On, "headset"));
    model.apply(lost_in_room(InputKind::Microphone));
    model.apply(Event::Devices(vec![microphone("built-in", "Laptop")]));
    model.apply(captured(
        InputKind::Microphone,
        CaptureState::On,
        "built-in",
    ));
    assert_eq!(
        texts(&model),
        ["Your microphone was unplugged. Now using Laptop."]
    );
    assert_eq!(model.device_in_use(DeviceKind::Microphone), "built-in");
    assert!(model.microphone.wanted);
}

#[test]
fn an_unplugged_camera_without_another_one_goes_off_and_says_so() {
    let mut model = in_room(vec![peer()]);
    model.apply(captured(InputKind::Camera, CaptureState::On, "usb"));
    model.apply(lost_in_room(InputKind::Camera));
    model.apply(captured(
        InputKind::Camera,
        CaptureState::Failed(DeviceProblem::Missing),
        "",
    ));
    assert_eq!(texts(&model), [text::unplugged(InputKind::Camera)]);
    assert!(!model.camera.wanted);
    assert!(model.microphone.wanted, "the other one is left alone");
}

#[test]
fn one_device_that_fails_never_stops_the_other_or_the_joining() {
    let mut model = lobby();
    model.apply(captured(
        InputKind::Camera,
        CaptureState::Failed(DeviceProblem::Denied),
        "",
    ));
    model.apply(captured(InputKind::Microphone, CaptureState::On, "m"));
    assert_eq!(
        model.camera.capture,
        CaptureState::Failed(DeviceProblem::Denied)
    );
    assert_eq!(model.microphone.capture, CaptureState::On);
    assert!(model.toasts.is_empty(), "the lobby shows the steps itself");
    assert_eq!(model.apply(Event::Join).len(), 1);
}

#[test]
fn choosing_another_device_after_a_failure_starts_it() {
    let mut model = lobby();
    model.apply(captured(
        InputKind::Camera,
        CaptureState::Failed(DeviceProblem::Busy),
        "",
    ));
    model.apply(captured(InputKind::Camera, CaptureState::Off, ""));
    assert_eq!(
        model.camera.capture,
        CaptureState::Failed(DeviceProblem::Busy),
        "the reason stays on screen"
    );
    let effects = model.apply(Event::ChooseDevice {
        kind: DeviceKind::Camera,
        id: "other".to_owned(),
    });
    assert!(effects.contains(&starts(InputKind::Camera, "other")));
    assert_eq!(model.camera.capture, CaptureState::Starting);
}

#[test]
fn a_speaker_that_is_gone_falls_back_to_the_default() {
    let speaker = |id: &str| Device {
        kind: DeviceKind::Speaker,
        id: id.to_owned(),
        label: id.to_owned(),
    };
    let mut model = in_room(Vec::new());
    model.apply(Event::ChooseDevice {
        kind: DeviceKind::Speaker,
        id: "headset".to_owned(),
    });
    assert_eq!(
        model.apply(Event::Devices(Vec::new())),
        [],
        "not listed yet"
    );
    assert_eq!(model.apply(Event::Devices(vec![speaker("headset")])), []);
    let effects = model.apply(Event::Devices(vec![speaker("default")]));
    assert!(effects.contains(&Effect::Client(Command::UseDevice {
        kind: DeviceKind::Speaker,
        id: String::new()
    })));
    assert_eq!(model.speaker, "");
}

#[test]
fn choices_are_remembered_when_made_and_applied_at_the_start() {
    let mut model = lobby();
    let choices = UserChoices {
        camera: false,
        microphone_id: "headset".to_owned(),
        ..UserChoices::default()
    };
    assert_eq!(
        model.apply(Event::ChoicesLoaded(choices.clone())),
        [Effect::Client(Command::Start(choices))]
    );
    assert!(!model.camera.wanted && model.microphone.wanted);
    let effects = model.apply(Event::Switch {
        kind: InputKind::Camera,
        on: true,
    });
    assert!(effects.contains(&Effect::SaveChoices(UserChoices {
        microphone_id: "headset".to_owned(),
        ..UserChoices::default()
    })));
    assert_eq!(model.camera.capture, CaptureState::Starting);
}

#[test]
fn choices_from_an_older_version_still_read() {
    let choices: UserChoices =
        serde_json::from_str(r#"{"camera":false,"other":1}"#).expect("reads");
    assert_eq!(
        choices,
        UserChoices {
            camera: false,
            ..UserChoices::default()
        }
    );
}

#[test]
fn browsers_exceptions_become_problems_with_steps() {
    for (name, message, problem) in [
        (
            "NotAllowedError",
            "Permission denied",
            DeviceProblem::Denied,
        ),
        (
            "NotAllowedError",
            "Permission denied by system",
            DeviceProblem::DeniedBySystem,
        ),
        (
            "NotFoundError",
            "Requested device not found",
            DeviceProblem::Missing,
        ),
        ("OverconstrainedError", "", DeviceProblem::Missing),
        (
            "NotReadableError",
            "Could not start video source",
            DeviceProblem::Busy,
        ),
        ("AbortError", "", DeviceProblem::Busy),
        ("SecurityError", "", DeviceProblem::Insecure),
        ("TypeError", "", DeviceProblem::Other),
    ] {
        assert_eq!(
            DeviceProblem::of(name, message),
            problem,
            "{name} {message}"
        );
        for kind in [InputKind::Camera, InputKind::Microphone] {
            assert!(!text::steps(kind, problem).is_empty());
            assert!(!text::problem(kind, problem).contains('!'));
        }
    }
}

#[test]
fn sharing_that_ends_in_the_browsers_bar_ends_here_too() {
    let mut model = in_room(Vec::new());
    assert_eq!(
        model.apply(Event::ShareScreen(true)),
        [Effect::Client(Command::ShareScreen(true))]
    );
    model.apply(Event::ScreenShareChanged(true));
    assert!(model.sharing);
    model.apply(Event::ScreenShareChanged(false));
    assert!(!model.sharing);
}
