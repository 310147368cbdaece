using Quai.Compose.Yaml;

namespace Quai.Compose.Forms;

/// <summary>Mounts as <c>SOURCE:TARGET:OPTIONS</c>.</summary>
internal static class MountForm
{
    private static readonly HashSet<string> s_propagations = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

    /// <summary>The long form; null where the short one is malformed.</summary>
    public static ComposeMapping? Parse(string text, out string? error, ComposePlace? place = null)
    {
        error = text.Length == 0 ? "invalid empty volume spec" : null;
        if (error is not null)
        {
            return null;
        }

        if (text.Length <= 2)
        {
            return new(("type", ComposeScalar.Of("volume", place)), ("target", ComposeScalar.Of(text, place))) { Place = place };
        }

        List<string> sections = Split(text);
        if (sections.Contains(""))
        {
            error = $"invalid spec: {text}: empty section between colons";
        }
        else if (sections.Count > 3)
        {
            error = $"invalid spec: {text}: too many colons";
        }

        return error is null ? Build(sections, place) : null;
    }

    /// <summary>Whether a source is a path rather than a volume's name.</summary>
    public static bool IsPath(string source) => source.Length > 0
        && (source[0] is '.' or '/' or '~' || source.StartsWith(@"\\", StringComparison.Ordinal) || (source.Length > 1 && char.IsLetter(source[0]) && source[1] == ':'));

    private static ComposeMapping Build(List<string> sections, ComposePlace? place)
    {
        (string source, string target) = sections.Count == 1 ? ("", sections[0]) : (sections[0], sections[1]);
        ComposeMapping bind = new() { Place = place }, volume = new() { Place = place };
        bool isReadOnly = false;
        foreach (string option in sections.Count > 2 ? sections[2].Split(',') : [])
        {
            switch (option)
            {
                case "ro":
                    isReadOnly = true;
                    break;
                case "rw":
                    isReadOnly = false;
                    break;
                case "nocopy":
                    volume["nocopy"] = ComposeScalar.Of(true, place);
                    break;
                case "z" or "Z":
                    bind["selinux"] = ComposeScalar.Of(option, place);
                    break;
                default:
                    if (s_propagations.Contains(option))
                    {
                        bind["propagation"] = ComposeScalar.Of(option, place);
                    }

                    break;
            }
        }

        bool isPath = IsPath(source);
        ComposeMapping mount = new(("type", ComposeScalar.Of(isPath ? "bind" : "volume", place))) { Place = place };
        mount["source"] = source.Length > 0 ? ComposeScalar.Of(source, place) : null;
        mount["target"] = ComposeScalar.Of(Clean(target), place);
        mount["read_only"] = isReadOnly ? ComposeScalar.Of(true, place) : null;
        if (isPath)
        {
            // The short form has always made what is missing.
            bind["create_host_path"] = ComposeScalar.Of(true, place);
            mount["bind"] = bind;
            mount["volume"] = volume.Count > 0 ? volume : null;
        }
        else
        {
            mount["bind"] = bind.Count > 0 ? bind : null;
            mount["volume"] = volume;
        }

        return mount;
    }

    /// <summary>A path without empty sections, dots and a slash at the end.</summary>
    internal static string Clean(string path)
    {
        if (path.Length == 0)
        {
            return path;
        }

        List<string> kept = [];
        bool isRooted = path[0] == '/';
        foreach (string section in path.Split('/'))
        {
            if (section == ".." && kept.Count > 0 && kept[^1] != "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (section.Length > 0 && section != "." && !(section == ".." && isRooted))
            {
                kept.Add(section);
            }
        }

        string clean = (isRooted ? "/" : "") + string.Join('/', kept);
        return clean.Length == 0 ? "." : clean;
    }

    /// <summary>Splits at colons, but not within variables, nor after the letter of a drive.</summary>
    private static List<string> Split(string text)
    {
        List<string> sections = [];
        int start = 0, depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                depth++;
            }
            else if (text[i] == '}' && depth > 0)
            {
                depth--;
            }
            else if (text[i] == ':' && depth == 0 && !(i - start == 1 && char.IsLetter(text[start])))
            {
                sections.Add(text[start..i]);
                start = i + 1;
            }
        }

        sections.Add(text[start..]);
        return sections;
    }
}
