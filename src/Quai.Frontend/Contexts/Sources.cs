using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Dockerfiles;
using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Contexts;

/// <summary>Makes the steps that bring files from elsewhere.</summary>
internal static class Sources
{
    /// <summary>A directory of the client.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="session">The client's session.</param>
    /// <param name="title">What the step is called.</param>
    /// <param name="hint">By which name its files are known for the next time.</param>
    public static SourceStep Local(string name, string session, string title, string hint)
    {
        var step = new SourceStep("local://" + name) { Name = title };
        if (session.Length > 0)
        {
            step.Attributes["local.session"] = session;
        }

        step.Attributes["local.sharedkeyhint"] = hint;
        return step;
    }

    /// <summary>Which paths of a directory are wanted, with what links in them lead to.</summary>
    public static void Follow(SourceStep step, IEnumerable<string> paths) => Set(step, "local.followpaths", [.. paths]);

    /// <summary>What of a directory is left out.</summary>
    public static void Exclude(SourceStep step, IReadOnlyList<string> patterns) => Set(step, "local.excludepatterns", [.. patterns]);

    /// <summary>The paths that instructions name, as they are asked of a client: none where all of it is wanted.</summary>
    public static IReadOnlyList<string> Wanted(IReadOnlySet<string> paths) =>
        paths.Contains("/") ? [] : [.. paths.Select(p => p.TrimStart('/')).Order(StringComparer.Ordinal)];

    /// <summary>A repository of git.</summary>
    public static SourceStep Git(GitAddress address, bool keepsDirectory, string title, LineRange lines = default)
    {
        var step = new SourceStep(address.Identifier) { Name = title, Lines = lines };
        step.Attributes["git.fullurl"] = address.Remote;
        step.Attributes["git.authtokensecret"] = "GIT_AUTH_TOKEN";
        step.Attributes["git.authheadersecret"] = "GIT_AUTH_HEADER";
        if (keepsDirectory)
        {
            step.Attributes["git.keepgitdir"] = "true";
        }

        if (address.IsSsh)
        {
            step.Attributes["git.mountsshsock"] = "default";
        }

        return step;
    }

    /// <summary>A file of a server.</summary>
    public static SourceStep Web(string address, string file, string checksum, string title, LineRange lines = default)
    {
        var step = new SourceStep(address) { Name = title, Lines = lines };
        step.Attributes["http.filename"] = file;
        if (checksum.Length > 0)
        {
            step.Attributes["http.checksum"] = checksum;
        }

        return step;
    }

    /// <summary>An image.</summary>
    public static SourceStep Image(string reference, Platform platform, string mode, string title, LineRange lines = default, string command = "")
    {
        var step = new SourceStep("docker-image://" + reference) { Name = title, Lines = lines, Command = command, Platform = platform };
        if (mode != "default")
        {
            step.Attributes["image.resolvemode"] = mode;
        }

        return step;
    }

    /// <summary>Whether an address is one of a server.</summary>
    public static bool IsWeb(string text) => text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal);

    private static void Set(SourceStep step, string name, string[] values)
    {
        if (values.Length > 0)
        {
            step.Attributes[name] = JsonSerializer.Serialize(values, SourceJsonContext.Default.StringArray);
        }
    }
}

/// <summary>Generated writers.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class SourceJsonContext : JsonSerializerContext;
