namespace Quai.Frontend.Compilation;

/// <summary>Paths in an image.</summary>
internal static class SlashPath
{
    /// <summary>A path from the root, without <c>.</c> and <c>..</c> and without a slash at the end.</summary>
    /// <param name="directory">Where it begins if it does not begin with a slash.</param>
    /// <param name="path">The path.</param>
    public static string Absolute(string directory, string path)
    {
        List<string> parts = [];
        foreach (string part in (path.StartsWith('/') ? path : $"{directory}/{path}").Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>The last part of a path; a slash for the root.</summary>
    public static string Last(string path) => Absolute("/", path) is var whole && whole == "/" ? "/" : whole[(whole.LastIndexOf('/') + 1)..];
}
