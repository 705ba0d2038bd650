//! Markdown that becomes part of a page. Nothing in it does anything but show text: HTML is shown as it is written,
//! links lead to the web, to a mailbox or to our own pages, and pictures become their words.

use domain::legal::LegalText;
use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html,
};
use url::{Position, Url};

/// Longest heading of a whole text.
const TITLE_MAX: usize = 100;

/// Renders a text for people.
///
/// # Errors
/// Says what is wrong with it: it must begin with its heading, `# …`, the only one of that level.
pub fn render(markdown: &str) -> Result<LegalText, String> {
    let mut options = Options::empty();
    options.insert(Options::ENABLE_TABLES);
    options.insert(Options::ENABLE_STRIKETHROUGH);
    let mut links = Vec::new();
    let parser = Parser::new_ext(markdown, options);
    let events: Vec<Event<'_>> = parser
        .filter_map(|event| harmless(event, &mut links))
        .collect();
    let title = title(&events)?;
    let mut written = String::new();
    html::push_html(&mut written, events.into_iter());
    Ok(LegalText {
        title,
        html: written,
    })
}

/// The words of the heading, with which a text begins.
fn title(events: &[Event<'_>]) -> Result<String, String> {
    let is_top = |event: &Event<'_>| matches!(event, Event::Start(Tag::Heading { level, .. }) if *level == HeadingLevel::H1);
    if !events.first().is_some_and(is_top)
        || events.iter().filter(|event| is_top(event)).count() > 1
    {
        return Err(
            "must begin with its heading, “# …”, and have no other one of that level".to_owned(),
        );
    }
    let heading = events
        .iter()
        .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let title: String = heading
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            Event::Start(_)
            | Event::End(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_) => None,
        })
        .collect();
    let title = title.trim();
    if title.is_empty() || title.chars().count() > TITLE_MAX {
        return Err(format!("its heading must have 1 to {TITLE_MAX} characters"));
    }
    Ok(title.to_owned())
}

/// An event as it may be shown, if at all. `links` says of each open link whether it is one.
fn harmless<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Start(tag) => harmless_start(tag, links).map(Event::Start),
        Event::End(tag) => harmless_end(tag, links).map(Event::End),
        // Shown as it is written.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak | Event::Rule => {
            Some(event)
        }
        // Not switched on.
        Event::InlineMath(_)
        | Event::DisplayMath(_)
        | Event::FootnoteReference(_)
        | Event::TaskListMarker(_) => None,
    }
}

fn harmless_start<'a>(tag: Tag<'a>, links: &mut Vec<bool>) -> Option<Tag<'a>> {
    match tag {
        // Without ids, classes and styles: nothing of ours can be imitated or pointed at.
        Tag::Heading { level, .. } => Some(Tag::Heading {
            level,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Tag::BlockQuote(_) => Some(Tag::BlockQuote(None)),
        Tag::CodeBlock(_) => Some(Tag::CodeBlock(CodeBlockKind::Indented)),
        Tag::Table(columns) => Some(Tag::Table(vec![
            pulldown_cmark::Alignment::None;
            columns.len()
        ])),
        Tag::HtmlBlock => Some(Tag::Paragraph),
        Tag::Link {
            link_type,
            dest_url,
            ..
        } => {
            let dest = harmless_link(link_type, &dest_url);
            links.push(dest.is_some());
            Some(Tag::Link {
                link_type: LinkType::Inline,
                dest_url: CowStr::from(dest?),
                title: CowStr::from(""),
                id: CowStr::from(""),
            })
        }
        Tag::Paragraph
        | Tag::List(_)
        | Tag::Item
        | Tag::TableHead
        | Tag::TableRow
        | Tag::TableCell
        | Tag::Emphasis
        | Tag::Strong
        | Tag::Strikethrough => Some(tag),
        Tag::Image { .. } => None,
        // Not switched on.
        Tag::FootnoteDefinition(_)
        | Tag::DefinitionList
        | Tag::DefinitionListTitle
        | Tag::DefinitionListDefinition
        | Tag::Superscript
        | Tag::Subscript
        | Tag::MetadataBlock(_) => None,
    }
}

fn harmless_end(tag: TagEnd, links: &mut Vec<bool>) -> Option<TagEnd> {
    match tag {
        TagEnd::HtmlBlock => Some(TagEnd::Paragraph),
        TagEnd::BlockQuote(_) => Some(TagEnd::BlockQuote(None)),
        TagEnd::Link => links.pop().unwrap_or_default().then_some(tag),
        TagEnd::Paragraph
        | TagEnd::Heading(_)
        | TagEnd::CodeBlock
        | TagEnd::List(_)
        | TagEnd::Item
        | TagEnd::Table
        | TagEnd::TableHead
        | TagEnd::TableRow
        | TagEnd::TableCell
        | TagEnd::Emphasis
        | TagEnd::Strong
        | TagEnd::Strikethrough => Some(tag),
        TagEnd::Image
        | TagEnd::FootnoteDefinition
        | TagEnd::DefinitionList
        | TagEnd::DefinitionListTitle
        | TagEnd::DefinitionListDefinition
        | TagEnd::Superscript
        | TagEnd::Subscript
        | TagEnd::MetadataBlock(_) => None,
    }
}

/// Where a link leads, as browsers read it: to the web, to a mailbox, or to a page of ours.
fn harmless_link(kind: LinkType, dest: &str) -> Option<String> {
    let here = Url::parse("https://here.invalid/").ok()?;
    let dest = match kind {
        LinkType::Email => format!("mailto:{dest}"),
        _ => dest.to_owned(),
    };
    let url = here.join(&dest).ok()?;
    let is_ours = url.host() == here.host();
    match url.scheme() {
        // A place in the same text has no name.
        _ if dest.starts_with('#') => None,
        "http" | "https" if is_ours => Some(url[Position::BeforePath..].to_owned()),
        "http" | "https" | "mailto" => Some(url.into()),
        _ => None,
    }
}
