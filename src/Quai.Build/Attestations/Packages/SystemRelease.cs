using Quai.Build.Trees;

namespace Quai.Build.Attestations.Packages;

/// <summary>Which distribution a tree is of, by its <c>os-release</c>.</summary>
/// <param name="Id">Such as <c>debian</c>; empty for unknown.</param>
/// <param name="Version">Such as <c>12</c>; empty for unknown.</param>
internal sealed record SystemRelease(string Id, string Version)
{
    private const int Largest = 64 << 10;

    /// <summary>The distribution and its version, as package URLs have them; empty for unknown.</summary>
    public string Distribution => Id.Length == 0 ? "" : Version.Length == 0 ? Id : $"{Id}-{Version}";

    /// <summary>Reads it.</summary>
    public static SystemRelease Read(MergedTree tree)
    {
        string text = TreeText.Read(tree, "/etc/os-release", Largest) ?? TreeText.Read(tree, "/usr/lib/os-release", Largest) ?? "", id = "", version = "";
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=');
            string value = equals < 0 ? "" : line[(equals + 1)..].Trim().Trim('"', '\'');
            switch (equals < 0 ? "" : line[..equals].Trim())
            {
                case "ID":
                    id = value;
                    break;
                case "VERSION_ID":
                    version = value;
                    break;
            }
        }

        return new SystemRelease(id, version);
    }
}
