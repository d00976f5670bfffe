//! The public API as text.

use std::collections::BTreeSet;
use std::path::Path;
use std::{mem, ptr};

use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Field, Fields, Ident, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct, ItemTrait,
    Path as Name, PathSegment, Signature, Token, TraitItem, Type, Visibility, parse_quote,
};

use crate::items::{
    Conditions, Found, collect, conditions_of, is_public, join, leaves, parse, parts, tidy,
};

/// One line for each public item, sorted by path.
pub(crate) fn interface() -> String {
    read(|listing| {
        listing.options(&parse("daemonize-macros/src/args/options.rs".as_ref()).items);
        mem::take(&mut listing.lines).into_iter().map(|(_, line)| line + "\n").collect()
    })
}

/// The attributes of each public item by its path, including its documentation.
pub(crate) fn attributes() -> Vec<(String, Vec<Attribute>)> {
    read(|listing| mem::take(&mut listing.attributes))
}

/// Reads the runtime, and returns what `answer` takes from the listing.
fn read<Answer>(answer: impl FnOnce(&mut Listing<'_>) -> Answer) -> Answer {
    let folder = Path::new("daemonize-runtime/src");
    let mut all = Vec::new();
    collect(parse(&folder.join("lib.rs")).items, folder, "", &Conditions::new(), &mut all);
    let mut listing =
        Listing { all: &all, exports: Vec::new(), lines: BTreeSet::new(), attributes: Vec::new() };
    listing.export("", "", &Conditions::new());
    for (path, conditions, found) in listing.exports.clone() {
        listing.item(&path, &conditions, found.item.clone());
    }
    for found in &all {
        if let Item::Impl(block) = &found.item {
            listing.implementation(found, block.clone());
        }
    }
    answer(&mut listing)
}

struct Listing<'a> {
    all: &'a [Found],
    /// The items that a program can name, each with its path.
    exports: Vec<(String, Conditions, &'a Found)>,
    /// The lines, each with the path that it is sorted by.
    lines: BTreeSet<(String, String)>,
    attributes: Vec<(String, Vec<Attribute>)>,
}

impl<'a> Listing<'a> {
    /// Adds a line in which the path replaces [`place`].
    fn say(&mut self, path: &str, conditions: &Conditions, what: &impl ToTokens) {
        let conditions: String =
            conditions.iter().flat_map(|condition| [condition.as_str(), " "]).collect();
        self.lines.insert((
            path.to_owned(),
            conditions + &tidy(what).replace(&place().to_string(), path.trim_end()),
        ));
    }

    /// Adds the exports of a public module, which programs name by this path.
    fn export(&mut self, module: &str, path: &str, outer: &Conditions) {
        for found in
            self.all.iter().filter(|found| found.module == module && is_public(&found.item))
        {
            let conditions = outer | &found.conditions;
            if let Item::Use(item) = &found.item {
                for (target, name) in leaves(&item.tree, "") {
                    self.reexport(module, &target, &join(path, &name), &conditions);
                }
            } else if let Some(name) = parts(&found.item).2 {
                self.add(found, &join(path, name), conditions);
            }
        }
    }

    fn add(&mut self, found: &'a Found, path: &str, conditions: Conditions) {
        if let Item::Mod(inner) = &found.item {
            self.export(&join(&found.module, &inner.ident), path, &conditions);
        }
        self.exports.push((path.to_owned(), conditions, found));
    }

    fn reexport(&mut self, module: &str, target: &str, path: &str, conditions: &Conditions) {
        let target = match target.strip_prefix("crate::") {
            Some(absolute) => absolute.to_owned(),
            None => join(module, &target.trim_start_matches("self::")),
        };
        let named = |found: &Found| {
            parts(&found.item).2.is_some_and(|name| join(&found.module, name) == target)
        };
        let all = self.all;
        let meant: Vec<_> =
            all.iter().filter(|found| named(found) && is_public(&found.item)).collect();
        if !meant.is_empty() {
            for found in meant {
                self.add(found, path, conditions | &found.conditions);
            }
        } else if let Some((origin, found)) = self.origin(&target) {
            self.reexport(&found.module, &origin, path, &(conditions | &found.conditions));
        } else {
            let crate_name = target.split("::").next();
            assert!(
                all.iter().all(|found| Some(&*found.module) != crate_name),
                "{target} cannot be followed"
            );
            let target: Name = syn::parse_str(&target).expect("a path");
            self.say(path, conditions, &quote!(pub use #target));
        }
    }

    /// The target of a re-export, and its `use`.
    fn origin(&self, target: &str) -> Option<(String, &'a Found)> {
        let (module, name) = target.rsplit_once("::")?;
        self.all.iter().filter(|found| found.module == module).find_map(|found| {
            let Item::Use(item) = &found.item else { return None };
            let mut leaves = leaves(&item.tree, "").into_iter();
            Some((leaves.find(|(_, leaf)| leaf == name)?.0, found))
        })
    }

    fn item(&mut self, path: &str, conditions: &Conditions, item: Item) {
        let place = place();
        self.attributes.push((path.to_owned(), parts(&item).0.to_owned()));
        for derive in parts(&item).0.iter().filter(|attribute| attribute.path().is_ident("derive"))
        {
            for derived in derive
                .parse_args_with(Punctuated::<Name, Token![,]>::parse_terminated)
                .expect("traits")
            {
                self.say(&format!("{path} "), conditions, &quote!(impl #derived for #place));
            }
        }
        match item {
            Item::Mod(_) => self.say(path, conditions, &quote!(pub mod #place)),
            Item::Fn(item) => self.function(path, conditions, &item.vis, item.sig),
            Item::Struct(item) => self.structure(path, conditions, item),
            Item::Enum(item) => self.enumeration(path, conditions, item),
            Item::Trait(item) => self.definition(path, conditions, item),
            _ => panic!("this test does not know the kind of item of {path}"),
        }
    }

    fn structure(&mut self, path: &str, conditions: &Conditions, mut item: ItemStruct) {
        let place = place();
        let is_open = |field: &Field| matches!(field.vis, Visibility::Public(_));
        for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_open(field)) {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), Ident::to_string);
            let kind = &field.ty;
            self.say(
                &join(path, &name),
                &(conditions | &conditions_of(&field.attrs)),
                &quote!(pub #place: #kind),
            );
        }
        let is_literal = item.fields.iter().all(is_open);
        item.fields = if is_literal { Fields::Unit } else { Fields::Named(parse_quote!({ _: _ })) };
        (item.ident, item.attrs) = (place, marks(item.attrs));
        self.say(path, conditions, &item);
    }

    fn enumeration(&mut self, path: &str, conditions: &Conditions, mut item: ItemEnum) {
        for mut variant in mem::take(&mut item.variants) {
            let path = join(path, &mem::replace(&mut variant.ident, place()));
            let conditions = conditions | &conditions_of(&variant.attrs);
            variant.attrs = marks(variant.attrs);
            variant.fields.iter_mut().for_each(|field| field.attrs.clear());
            self.say(&path, &conditions, &variant);
        }
        (item.ident, item.attrs) = (place(), marks(item.attrs));
        self.say(path, conditions, &item);
    }

    fn definition(&mut self, path: &str, conditions: &Conditions, mut item: ItemTrait) {
        for member in mem::take(&mut item.items) {
            let TraitItem::Fn(method) = member else {
                panic!("this test does not know a member of {path}")
            };
            let conditions = conditions | &conditions_of(&method.attrs);
            let kind = if method.default.is_some() { quote!(provided) } else { quote!(required) };
            self.function(&join(path, &method.sig.ident), &conditions, &kind, method.sig);
        }
        (item.ident, item.attrs) = (place(), Vec::new());
        self.say(path, conditions, &item);
    }

    fn function(
        &mut self,
        path: &str,
        conditions: &Conditions,
        head: &impl ToTokens,
        mut signature: Signature,
    ) {
        signature.ident = place();
        signature.inputs.pop_punct();
        self.say(path, conditions, &quote!(#head #signature));
    }

    fn implementation(&mut self, found: &Found, mut block: ItemImpl) {
        block.attrs.clear();
        let items = mem::take(&mut block.items);
        let header = block.to_token_stream().to_string();
        let mut words = header.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if words.any(|word| {
            self.meant(word, &found.module).is_some_and(|meant| !is_public(&meant.item))
        }) {
            return;
        }
        let of_type = match &*block.self_ty {
            Type::Path(name) => self.exported(&name.path, &found.module),
            _ => None,
        };
        let of_trait =
            block.trait_.as_ref().and_then(|(name, _)| self.exported(name, &found.module));
        if let (Some(_), Type::Path(name)) = (&of_type, &mut *block.self_ty) {
            let last = name.path.segments.pop().expect("a name");
            name.path.segments = Punctuated::from_iter([PathSegment { ident: place(), ..last }]);
        }
        let Some((path, conditions)) = of_type.or(of_trait) else { return };
        let conditions = &conditions | &found.conditions;
        let is_inherent = block.trait_.is_none();
        for item in items {
            match item {
                ImplItem::Fn(method)
                    if is_inherent && matches!(method.vis, Visibility::Public(_)) =>
                {
                    let conditions = &conditions | &conditions_of(&method.attrs);
                    let path = join(&path, &method.sig.ident);
                    self.function(&path, &conditions, &method.vis, method.sig);
                    self.attributes.push((path, method.attrs));
                }
                ImplItem::Fn(_) => {}
                ImplItem::Type(_) => block.items.push(item),
                _ => panic!("this test does not know a member of {path}"),
            }
        }
        if !is_inherent {
            self.say(&format!("{path} "), &conditions, &block);
        }
    }

    /// The item that a name means in a module: its own item, or else one that it may import.
    fn meant(&self, name: &str, module: &str) -> Option<&'a Found> {
        let is_it = |found: &&Found| parts(&found.item).2.is_some_and(|own| own == name);
        let all = self.all.iter().filter(is_it).filter(|found| !matches!(found.item, Item::Mod(_)));
        all.min_by_key(|found| (found.module != module, !is_public(&found.item)))
    }

    /// The path of a type or trait of this crate, if programs can name it.
    fn exported(&self, name: &Name, module: &str) -> Option<(String, Conditions)> {
        let (first, last) = (name.segments.first()?, name.segments.last()?);
        let is_own = name.segments.len() == 1 || first.ident == "crate" || first.ident == "super";
        let meant = self.meant(&last.ident.to_string(), module).filter(|_| is_own)?;
        let export = self.exports.iter().find(|(.., found)| ptr::eq(*found, meant))?;
        Some((export.0.clone(), export.1.clone()))
    }

    /// Adds a line for each row of the attribute's table of options.
    fn options(&mut self, items: &[Item]) {
        let table = items.iter().find_map(|item| match item {
            Item::Macro(table) if table.mac.path.is_ident("options") => {
                Some(tidy(&table.mac.tokens))
            }
            _ => None,
        });
        let table = table.expect("the table");
        for row in table.split(';').filter(|row| !row.trim().is_empty()) {
            let (name, rest) = row.split_once("\",").expect("a name and a kind");
            let name = name.split_once('"').map_or(name, |(_, name)| name);
            let kind = rest.split(',').next().unwrap_or(rest).trim();
            self.lines.insert(("daemonize".into(), format!("#[daemonize({name} = {kind})]")));
        }
    }
}

/// A placeholder for the path of an item where only a name can be.
fn place() -> Ident {
    format_ident!("__place__")
}

fn marks(mut attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.retain(|attribute| attribute.path().is_ident("non_exhaustive"));
    attributes
}
