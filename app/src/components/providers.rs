//! Other providers where people sign in.

use crate::{
    api::{
        auth::StartProvider,
        keys::{StartLink, UnlinkProvider},
    },
    components::{fields::SubmitButton, form::PostForm, notes::FormError, passkeys::ConfirmFirst},
    forms::Form,
    page_context::PageContext,
};
use domain::{
    text::ReturnPath,
    views::{KeysView, ProviderView},
};
use leptos::prelude::*;

/// A button for each provider, beside the password's form.
#[component]
pub fn ProvidersSignIn(
    /// Where to go afterwards.
    callback: Option<ReturnPath>,
) -> impl IntoView {
    let providers = use_context::<PageContext>().map_or_else(Vec::new, |page| page.providers);
    let form = Form::new::<StartProvider>();
    let (to, problem, pending) = (form.to, form.problem(), form.pending());
    let callback = callback.map(|path| path.as_str().to_owned());
    let buttons: Vec<_> = providers
        .into_iter()
        .map(|(name, label)| {
            let callback = callback.clone();
            view! {
                <PostForm to>
                    <input type="hidden" name="provider" value=name />
                    {callback
                        .map(|path| view! { <input type="hidden" name="callback" value=path /> })}
                    <p class="actions">
                        <SubmitButton
                            label=["Continue with ", &label].concat()
                            pending
                            class="button"
                        />
                    </p>
                </PostForm>
            }
        })
        .collect();
    view! {
        <FormError problem />
        {buttons}
    }
}

/// Which accounts elsewhere sign the reader in; nothing where there are no providers.
#[component]
pub fn Providers(
    /// How they sign in.
    keys: KeysView,
) -> impl IntoView {
    let KeysView {
        is_confirmed,
        providers,
        ..
    } = keys;
    (!providers.is_empty()).then(|| {
        let form = Form::new::<StartLink>();
        let problem = form.problem();
        let rows: Vec<_> = providers
            .into_iter()
            .map(|provider| view! { <ProviderRow provider is_confirmed /> })
            .collect();
        view! {
            <section class="card" aria-labelledby="providers-title">
                <h2 id="providers-title">"Accounts elsewhere"</h2>
                <p>"An account that is linked here signs you in, too."</p>
                <FormError problem />
                <ul class="logins">{rows}</ul>
                {(!is_confirmed)
                    .then(|| view! { <ConfirmFirst /> })}
            </section>
        }
    })
}

#[component]
fn ProviderRow(provider: ProviderView, is_confirmed: bool) -> impl IntoView {
    let ProviderView {
        name,
        label,
        is_linked,
    } = provider;
    let state = if is_linked { "Linked" } else { "Not linked" };
    let change = is_confirmed.then(|| {
        let (form, text) = match is_linked {
            true => (Form::new::<UnlinkProvider>(), "Unlink"),
            false => (Form::new::<StartLink>(), "Link"),
        };
        let (problem, pending) = (form.problem(), form.pending());
        view! {
            <PostForm to=form.to>
                {is_linked.then(|| view! { <FormError problem /> })}
                <input type="hidden" name="provider" value=name />
                <SubmitButton label=text pending class="button button-quiet" />
            </PostForm>
        }
    });
    view! {
        <li class="login">
            <div>
                <p>
                    <strong>{label}</strong>
                </p>
                <p class="muted">{state}</p>
            </div>
            {change}
        </li>
    }
}
