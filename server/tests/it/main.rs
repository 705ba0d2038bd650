//! Integration tests of the server: one binary, real databases, a fake LiveKit.

mod accounts;
mod admin;
mod api;
mod bench;
mod calendar;
mod deletion;
mod emails;
mod fairness;
mod harness;
mod jobs;
mod keys;
mod limits;
mod lists;
mod mail;
mod meeting;
mod quotas;
mod races;
mod retention;
mod rooms;
mod safety;
mod scheduling;
mod schema;
mod slots;
mod smtp;
mod webhooks;
