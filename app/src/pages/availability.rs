//! The reader's schedule as a mentor.

use super::load::{Load, query};
use crate::{
    api::{
        mentors::SaveSchedule,
        queries::{self, ScheduleSettings},
    },
    components::{
        dates::DateInputs,
        fields::{NumberField, SubmitButton, message_for},
        form::PostForm,
        hours::HoursInputs,
        notes::{DoneNote, FormError},
        time::{zone_name, zone_options},
        times::Preview,
        week::Week,
    },
    forms::{Form, dates, hours},
    routes,
    url_words::ZONE,
};
use domain::availability::{LENGTHS_MIN, ScheduleDraft};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn AvailabilityPage() -> impl IntoView {
    let address = use_query_map();
    let page = query(
        move || queries::Schedule {
            zone: address.read().get(ZONE),
        },
        |settings| match settings {
            Some(settings) => view! { <Settings settings /> }.into_any(),
            None => view! { <NoProfile /> }.into_any(),
        },
    );
    view! {
        <Title text="Availability" />
        <Load page />
    }
}

#[component]
fn NoProfile() -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"Availability"</h1>
            <p>"Make a mentor profile first; then say when you can be booked."</p>
            <p class="actions">
                <a class="button button-primary" href=routes::MENTOR_PROFILE>
                    "Become a mentor"
                </a>
            </p>
        </section>
    }
}

#[component]
fn Settings(settings: ScheduleSettings) -> impl IntoView {
    let schedule = settings.profile.schedule.clone();
    let zone = settings.profile.card.time_zone.clone();
    view! {
        <div class="narrow-wide">
            <p class="crumb">
                <a href=routes::MENTOR_PROFILE>"Mentor profile"</a>
            </p>
            <h1>"Availability"</h1>
            <DoneNote />
            {schedule
                .paused
                .then(|| {
                    view! { <p class="note">"You take no bookings at the moment. Your hours are kept."</p> }
                })}
            <section class="card" aria-labelledby="week-title">
                <h2 id="week-title">"Your week"</h2>
                <Week hours=schedule.hours.clone() />
            </section>
            <ScheduleForm schedule zone />
            <MenteePreview settings />
        </div>
    }
}

#[component]
fn ScheduleForm(schedule: ScheduleDraft, zone: String) -> impl IntoView {
    let form = Form::new::<SaveSchedule>();
    let (problem, pending) = (form.problem(), form.pending());
    let hours = hours::entered(&form, &schedule.hours);
    let dates = dates::entered(&form, &schedule.overrides);
    let (hours_message, dates_message) = (
        message_for(problem, "hours"),
        message_for(problem, "overrides"),
    );
    let paused =
        form.has("rules[paused]") || (problem.with_untracked(Option::is_none) && schedule.paused);
    view! {
        <PostForm to=form.to>
            <FormError
                problem
                fields=&[
                    "hours",
                    "overrides",
                    "lengths",
                    "bufferBefore",
                    "bufferAfter",
                    "minNotice",
                    "bookingWindow",
                    "maxPerDay",
                    "maxPerWeek",
                ]
            />
            <fieldset class="card" aria-describedby="hours-hint hours-error">
                <legend class="card-legend">"Weekly hours"</legend>
                <p class="field-hint" id="hours-hint">
                    {format!(
                        "In your time zone, {}. Leave lines empty that you do not need. For the end of the day, enter 00:00. ",
                        zone_name(&zone),
                    )}
                    <a href=routes::ACCOUNT>"Change your time zone"</a>
                </p>
                <p class="field-error" id="hours-error">
                    {hours_message}
                </p>
                <HoursInputs rows=hours />
            </fieldset>
            <fieldset class="card" aria-describedby="dates-hint dates-error">
                <legend class="card-legend">"Other dates"</legend>
                <p class="field-hint" id="dates-hint">
                    "A day off removes that date’s weekly hours; extra hours are added to them, even on a day off. Leave the first day empty to remove a line."
                </p>
                <p class="field-error" id="dates-error">
                    {dates_message}
                </p>
                <DateInputs rows=dates />
            </fieldset>
            <SessionRules form=&form schedule=schedule.clone() />
            <section class="card">
                <label class="check">
                    <input type="checkbox" name="rules[paused]" value="true" checked=paused />
                    "Take no bookings for now"
                </label>
            </section>
            <p class="actions">
                <SubmitButton label="Save" pending />
            </p>
        </PostForm>
    }
}

/// Session lengths and limits.
#[component]
fn SessionRules<'a>(form: &'a Form, schedule: ScheduleDraft) -> impl IntoView + use<> {
    let problem = form.problem();
    let refused = problem.with_untracked(Option::is_some);
    let lengths: Vec<_> = LENGTHS_MIN
        .iter()
        .map(|length| {
            let name = format!("lengths[{length}]");
            let checked = if refused {
                form.has(&name)
            } else {
                schedule.lengths.contains(length)
            };
            view! {
                <label class="check">
                    <input type="checkbox" name=name value=length.to_string() checked=checked />
                    {format!("{length} minutes")}
                </label>
            }
        })
        .collect();
    let lengths_message = message_for(problem, "lengths");
    let shown = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    let value = |field: &str, saved: Option<u32>| form.value(field, shown(saved));
    let min_notice = form.value("rules[min_notice_hours]", hours_of(schedule.min_notice));
    view! {
        <fieldset class="card" aria-describedby="lengths-error">
            <legend class="card-legend">"Sessions"</legend>
            <p class="field-error" id="lengths-error">
                {lengths_message}
            </p>
            <div class="checks">{lengths}</div>
            <div class="numbers">
                <NumberField
                    label="Minutes kept free before"
                    name="rules[buffer_before]"
                    field="bufferBefore"
                    most=240
                    value=value("rules[buffer_before]", Some(schedule.buffer_before))
                    problem
                />
                <NumberField
                    label="Minutes kept free after"
                    name="rules[buffer_after]"
                    field="bufferAfter"
                    most=240
                    value=value("rules[buffer_after]", Some(schedule.buffer_after))
                    problem
                />
                <NumberField
                    label="Hours of notice at least"
                    name="rules[min_notice_hours]"
                    field="minNotice"
                    most=720
                    value=min_notice
                    problem
                />
                <NumberField
                    label="Days ahead at most"
                    name="rules[booking_window]"
                    field="bookingWindow"
                    most=365
                    value=value("rules[booking_window]", Some(schedule.booking_window))
                    problem
                />
                <NumberField
                    label="Sessions a day at most"
                    name="rules[max_per_day]"
                    field="maxPerDay"
                    most=50
                    value=value("rules[max_per_day]", schedule.max_per_day)
                    problem
                />
                <NumberField
                    label="Sessions a week at most"
                    name="rules[max_per_week]"
                    field="maxPerWeek"
                    most=200
                    value=value("rules[max_per_week]", schedule.max_per_week)
                    problem
                />
            </div>
        </fieldset>
    }
}

/// Notice in whole hours; empty for the default of a few minutes.
fn hours_of(minutes: u32) -> String {
    match (minutes, minutes / 60) {
        // Less than an hour is the usual notice, which an empty field means.
        (1.., 0) => String::new(),
        (_, hours) => hours.to_string(),
    }
}

/// What mentees in a time zone see.
#[component]
fn MenteePreview(settings: ScheduleSettings) -> impl IntoView {
    let zone = settings.zone.clone();
    let options: Vec<_> = zone_options(settings.zones)
        .into_iter()
        .map(|(option, text)| {
            let selected = option == zone;
            view! { <option value=option selected=selected>{text}</option> }
        })
        .collect();
    view! {
        <section class="card" aria-labelledby="seen-title">
            <h2 id="seen-title">"What mentees see"</h2>
            <form method="get" action=routes::AVAILABILITY class="inline-form">
                <label for="zone">"In the time zone"</label>
                <select id="zone" name=ZONE>
                    {options}
                </select>
                <button type="submit" class="button">
                    "Show"
                </button>
            </form>
            <Preview slots=settings.preview />
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_notice_at_all_is_another_thing_than_the_usual_one() {
        assert_eq!(hours_of(0), "0");
        assert_eq!(hours_of(5), "");
        assert_eq!(hours_of(120), "2");
    }
}
