//! The Web Audio API: the microphone's level, chimes and the test sound.

use super::sdk::{SinkElement, has};
use crate::room::model::Chime;
use leptos::prelude::{IntervalHandle, set_interval_with_handle};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AnalyserNode, AudioContext, AudioContextState, HtmlAudioElement, MediaStream,
    MediaStreamAudioDestinationNode, MediaStreamAudioSourceNode, MediaStreamTrack, OscillatorType,
};

/// Between two measurements.
const METER_PERIOD: Duration = Duration::from_millis(66);
const SAMPLES: u32 = 512;

/// Whether the speaker can be chosen in this browser.
pub fn can_choose_speaker() -> bool {
    HtmlAudioElement::new().is_ok_and(|element| has(&element, "setSinkId"))
}

/// Plays and measures; the browser's audio context is made on first use.
#[derive(Clone, Default)]
pub struct WebAudio(Rc<RefCell<Nodes>>);

#[derive(Default)]
struct Nodes {
    context: Option<AudioContext>,
    speaker: String,
    /// Output to a chosen speaker goes through an element, which every browser can direct.
    output: Option<(MediaStreamAudioDestinationNode, HtmlAudioElement)>,
}

impl WebAudio {
    fn context(&self) -> Option<AudioContext> {
        let known = self.0.borrow().context.clone();
        if known.is_some() {
            return known;
        }
        let context = AudioContext::new().ok()?;
        self.0.borrow_mut().context = Some(context.clone());
        Some(context)
    }

    /// Resumes the audio context, which browsers keep suspended until somebody clicks.
    pub fn resume(&self) {
        let context = self.0.borrow().context.clone();
        if let Some(context) = context
            && context.state() == AudioContextState::Suspended
        {
            let _ = context.resume();
        }
    }

    /// Id of the speaker in use; empty for the browser's choice.
    pub fn speaker(&self) -> String {
        self.0.borrow().speaker.clone()
    }

    /// Directs chimes to a speaker; empty for the browser's choice.
    pub fn use_speaker(&self, id: &str) {
        let old = {
            let mut parts = self.0.borrow_mut();
            id.clone_into(&mut parts.speaker);
            parts.output.take()
        };
        if let Some((_, element)) = old {
            let _ = element.pause();
            element.set_src_object(None);
        }
    }

    /// Plays a short sound.
    pub fn play(&self, chime: Chime) {
        // A browser that cannot play it stays silent; nothing depends on it.
        let _ = self.try_play(chime);
    }

    fn try_play(&self, chime: Chime) -> Result<(), JsValue> {
        let notes: &[(f32, f64)] = match chime {
            Chime::Joined => &[(523.25, 0.0), (783.99, 0.12)],
            Chime::Left => &[(659.25, 0.0), (440.0, 0.12)],
            Chime::Test => &[(523.25, 0.0), (659.25, 0.25), (783.99, 0.5), (1046.5, 0.75)],
        };
        let context = self.context().ok_or(JsValue::NULL)?;
        self.resume();
        let output = self.output(&context)?;
        let start = context.current_time() + 0.02;
        for (pitch, offset) in notes {
            let at = start + offset;
            let tone = context.create_oscillator()?;
            tone.set_type(OscillatorType::Sine);
            tone.frequency().set_value(*pitch);
            let volume = context.create_gain()?;
            volume.gain().set_value_at_time(0.0001, at)?;
            volume
                .gain()
                .exponential_ramp_to_value_at_time(0.2, at + 0.03)?;
            volume
                .gain()
                .exponential_ramp_to_value_at_time(0.0001, at + 0.35)?;
            tone.connect_with_audio_node(&volume)?;
            volume.connect_with_audio_node(&output)?;
            tone.start_with_when(at)?;
            tone.stop_with_when(at + 0.4)?;
        }
        Ok(())
    }

    fn output(&self, context: &AudioContext) -> Result<web_sys::AudioNode, JsValue> {
        let speaker = self.speaker();
        if speaker.is_empty() {
            return Ok(context.destination().into());
        }
        if let Some((node, _)) = &self.0.borrow().output {
            return Ok(node.clone().into());
        }
        let node = context.create_media_stream_destination()?;
        let element = HtmlAudioElement::new()?;
        element.set_src_object(Some(&node.stream()));
        let playing = element.clone();
        leptos::task::spawn_local(async move {
            // If the speaker is gone, the browser's default plays instead.
            let _ = playing
                .unchecked_ref::<SinkElement>()
                .set_sink_id(&speaker)
                .await;
            if let Ok(started) = playing.play() {
                let _ = started.await;
            }
        });
        self.0.borrow_mut().output = Some((node.clone(), element));
        Ok(node.into())
    }

    /// Measures a microphone until the meter is dropped; levels are 0 to 100.
    pub fn measure(
        &self,
        track: &MediaStreamTrack,
        level: impl Fn(u8) + 'static,
    ) -> Option<LevelMeter> {
        let context = self.context()?;
        self.resume();
        let stream = MediaStream::new().ok()?;
        stream.add_track(track);
        let source = context.create_media_stream_source(&stream).ok()?;
        let analyser = context.create_analyser().ok()?;
        analyser.set_fft_size(SAMPLES);
        source.connect_with_audio_node(&analyser).ok()?;
        let listening = analyser.clone();
        let timer = set_interval_with_handle(
            move || {
                let mut samples = [0.0_f32; SAMPLES as usize];
                listening.get_float_time_domain_data(&mut samples);
                level(loudness(&samples));
            },
            METER_PERIOD,
        )
        .ok()?;
        Some(LevelMeter {
            timer,
            source,
            analyser,
        })
    }

    /// Releases everything.
    pub fn close(&self) {
        self.use_speaker("");
        if let Some(context) = self.0.borrow_mut().context.take() {
            let _ = context.close();
        }
    }
}

/// How loud, on a scale people read as even: −60 dB is 0, −10 dB is 100.
fn loudness(samples: &[f32]) -> u8 {
    let power: f32 = samples.iter().map(|sample| sample * sample).sum();
    let decibels = 10.0 * (power / samples.len() as f32).max(1e-12).log10();
    ((decibels + 60.0) * 2.0).clamp(0.0, 100.0) as u8
}

/// A running measurement; dropping it ends it.
pub struct LevelMeter {
    timer: IntervalHandle,
    source: MediaStreamAudioSourceNode,
    analyser: AnalyserNode,
}

impl Drop for LevelMeter {
    fn drop(&mut self) {
        self.timer.clear();
        let _ = self.source.disconnect();
        let _ = self.analyser.disconnect();
    }
}
