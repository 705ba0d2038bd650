//! What people write about a session: goals, answers, questions.

use crate::{
    problem::{Problem, Refusals},
    text::{TextProblem, Title, paragraph},
};
use serde::{Deserialize, Serialize};

/// Questions a mentor may ask of everybody who books.
pub const QUESTIONS_MAX: usize = 5;
/// Longest question, in characters.
pub const QUESTION_MAX: usize = 200;
/// Longest answer, goal, reason or note, in characters.
pub const NOTE_MAX: usize = 1_000;

/// A text of several lines that may be left empty.
///
/// # Errors
/// [`Problem::Invalid`] on `field` when it is too long.
pub fn note(field: &str, text: &str) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    paragraph(text, NOTE_MAX).map_err(|TextProblem(message)| Problem::field(field, message))
}

/// A question of the mentor with the mentee's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question as it was put.
    pub question: String,
    /// The answer; empty when it was left out.
    pub answer: String,
}

/// What a mentee writes to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingDetails {
    /// What it is about.
    pub title: Title,
    /// What it should lead to; may be empty.
    pub goal: String,
    /// The mentor's questions, each with an answer.
    pub answers: Vec<Answered>,
}

impl BookingDetails {
    /// Reads a form. `answers` belong to `questions` in order; missing ones are empty.
    ///
    /// # Errors
    /// [`Problem::Invalid`] naming `title`, `goal`, or `answers[0]`, `answers[1]`, ….
    pub fn parse(
        title: &str,
        goal: &str,
        questions: &[String],
        answers: &[String],
    ) -> Result<Self, Problem> {
        let mut refusals = Refusals::default();
        let title = refusals.take("title", Title::parse(title));
        let goal = refusals.take_named("goal", note("goal", goal));
        let answers = questions.iter().enumerate().map(|(n, question)| {
            let (field, text) = (format!("answers[{n}]"), answers.get(n));
            let answer = note(&field, text.map_or("", String::as_str));
            Some(Answered {
                question: question.clone(),
                answer: refusals.take_named(&field, answer)?,
            })
        });
        // Every answer is looked at, also after one was refused.
        let answers: Vec<Option<Answered>> = answers.collect();
        let whole = title.zip(goal).map(|(title, goal)| Self {
            title,
            goal,
            answers: answers.into_iter().flatten().collect(),
        });
        refusals.finish(whole)
    }
}

/// The questions a mentor asks of everybody who books: empty lines dropped.
///
/// # Errors
/// [`Problem::Invalid`] on `questions` when there are too many or one is too long.
pub fn questions(lines: &str) -> Result<Vec<String>, Problem> {
    let questions: Result<Vec<String>, TextProblem> = lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| paragraph(line, QUESTION_MAX))
        .collect();
    let questions =
        questions.map_err(|TextProblem(message)| Problem::field("questions", message))?;
    if questions.len() > QUESTIONS_MAX {
        return Err(Problem::field(
            "questions",
            format!("Ask at most {QUESTIONS_MAX} questions."),
        ));
    }
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_wish_is_checked_at_once() {
        let questions = ["Where do you work?".to_owned(), "Why now?".to_owned()];
        let long = "x".repeat(NOTE_MAX + 1);
        let refused = BookingDetails::parse(" ", &long, &questions, &[String::new(), long.clone()]);
        let Err(Problem::Invalid(fields)) = refused else {
            panic!("refused: {refused:?}")
        };
        let mut names: Vec<_> = fields.iter().map(|f| f.field.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["answers[1]", "goal", "title"]);
        let details =
            BookingDetails::parse("First", "", &questions, &["Here".to_owned()]).expect("fine");
        assert_eq!(
            details.answers[1],
            Answered {
                question: "Why now?".to_owned(),
                answer: String::new()
            }
        );
    }

    #[test]
    fn questions_are_lines() {
        assert_eq!(
            questions("One?\r\n\n  Two? \n"),
            Ok(vec!["One?".to_owned(), "Two?".to_owned()])
        );
        assert!(questions(&"a\n".repeat(QUESTIONS_MAX + 1)).is_err());
        assert!(questions(&"a".repeat(QUESTION_MAX + 1)).is_err());
    }
}
