//! Links between the pages of the project lead somewhere.

use super::{Finding, Tree};

/// Names each relative link of a page whose target is not there.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.below("", ".md") {
        for (number, line) in text.lines().enumerate() {
            let broken = targets(line).filter(|target| !leads_somewhere(tree, path, target));
            let finding =
                |target| Finding::new(path, number + 1, format!("the link to `{target}` leads nowhere"));
            findings.extend(broken.map(finding));
        }
    }
    findings
}

/// Returns the relative targets of a line's links, without their fragments.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let outside = |target: &&str| target.contains("://") || target.starts_with("mailto:");
    links
        .filter(move |target| !outside(target))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
}

fn leads_somewhere(tree: &Tree, page: &str, target: &str) -> bool {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let inside = format!("{path}/");
    tree.root.contains(&path) || tree.below("", "").any(|(file, _)| file == path || file.starts_with(&inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_page(text: &str) -> Vec<String> {
        let mut tree =
            Tree::of(&[("docs/guide/a.md", text), ("docs/b.md", ""), ("config/sources/kz.toml", "")]);
        tree.root = vec!["LICENSE".to_owned()];
        check(&tree).into_iter().map(|finding| finding.problem).collect()
    }

    #[test]
    fn a_link_leads_to_a_file_a_folder_or_outside() {
        let links = "[a](../b.md) [b](../b.md#part), [c](../../config/sources) [d](../../LICENSE) [e](https://e.org) [f](#g)";
        assert_eq!(check_page(links), [""; 0]);
    }

    #[test]
    fn a_link_to_nothing_is_named() {
        assert_eq!(check_page("[a](b.md) [b](../../../x)").len(), 2);
        assert_eq!(check_page("\n[a](../c.md)"), ["the link to `../c.md` leads nowhere"]);
    }
}
