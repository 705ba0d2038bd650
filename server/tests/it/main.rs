//! Integration tests of the server: one binary, real databases, a fake LiveKit.

mod accounts;
mod admin;
mod api;
mod bench;
mod calendar;
mod emails;
mod harness;
mod jobs;
mod keys;
mod limits;
mod lists;
mod mail;
mod meeting;
mod races;
mod rooms;
mod scheduling;
mod schema;
mod slots;
mod smtp;
mod webhooks;
