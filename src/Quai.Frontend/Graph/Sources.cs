using Quai.Build.Graphs;
using System.Text.Json;
using Quai.BuildProtocol.Llb;
using OciPlatform = Quai.Oci.Images.Platform;
using Quai.Dockerfiles.Addresses;

namespace Quai.Frontend.Graph;

/// <summary>Makes steps that bring files from outside.</summary>
internal static class Sources
{
    /// <summary>A directory of the client.</summary>
    /// <param name="local">Its name at the client.</param>
    /// <param name="session">The client's session; empty for any.</param>
    /// <param name="hint">What tells apart what is kept of it for the next time.</param>
    /// <param name="name">What is shown of the step.</param>
    /// <param name="follow">The paths that are wanted; none for all.</param>
    /// <param name="exclude">Patterns of what is not wanted.</param>
    public static Vertex Local(string local, string session, string hint, string name, IReadOnlyList<string>? follow = null, IReadOnlyList<string>? exclude = null)
    {
        var source = new SourceOp { Identifier = "local://" + local };
        Add(source, "local.excludepatterns", Json(exclude));
        Add(source, "local.followpaths", Json(follow));
        Add(source, "local.session", session);
        Add(source, "local.sharedkeyhint", hint);
        return Vertex.Named(new Op { Source = source }, [], name);
    }

    /// <summary>Narrows a directory of the client to the paths that are wanted; does nothing to other steps.</summary>
    public static void Follow(Vertex vertex, IReadOnlyList<string> paths)
    {
        if (vertex.Written is null && vertex.Op.Source is { } source && source.Identifier.StartsWith("local://", StringComparison.Ordinal))
        {
            Add(source, "local.followpaths", Json(paths));
        }
    }

    /// <summary>An image.</summary>
    /// <param name="reference">Its whole name, with its digest if that is known.</param>
    /// <param name="platform">For which platform.</param>
    /// <param name="mode">Where to look for it; empty for the default.</param>
    /// <param name="name">What is shown of the step.</param>
    /// <param name="lines">Where it comes from.</param>
    public static Vertex Image(string reference, OciPlatform platform, string mode, string name, Dockerfiles.LineRange lines)
    {
        var source = new SourceOp { Identifier = SourceSchemes.Image + reference };
        Add(source, "image.resolvemode", mode);
        return Vertex.Named(new Op { Source = source, Platform = Platforms.Message(platform) }, [], name, lines);
    }

    /// <summary>An image of a folder in OCI layout of the client's.</summary>
    /// <param name="reference">Its name, for people, with its digest.</param>
    /// <param name="store">The folder, as the client knows it.</param>
    /// <param name="session">The client's session.</param>
    /// <param name="platform">For which platform.</param>
    /// <param name="name">What is shown of the step.</param>
    public static Vertex Layout(string reference, string store, string session, OciPlatform platform, string name)
    {
        var source = new SourceOp { Identifier = "oci-layout://" + reference };
        Add(source, "oci.session", session);
        Add(source, "oci.store", store);
        return Vertex.Named(new Op { Source = source, Platform = Platforms.Message(platform) }, [], name);
    }

    /// <summary>A file behind an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="file">How the file is called in the result.</param>
    /// <param name="checksum">The digest that it must have; empty for any.</param>
    /// <param name="name">What is shown of the step.</param>
    /// <param name="lines">Where it comes from.</param>
    public static Vertex Http(string address, string file, string checksum, string name, Dockerfiles.LineRange lines = default)
    {
        var source = new SourceOp { Identifier = address };
        Add(source, "http.checksum", checksum);
        Add(source, "http.filename", file);
        return Vertex.Named(new Op { Source = source }, [], name, lines);
    }

    /// <summary>A repository.</summary>
    public static Vertex Git(GitAddress address, bool keepsGitDirectory, string checksum, string name, Dockerfiles.LineRange lines = default)
    {
        string fragment = address.Reference + (address.Directory.Length > 0 ? ":" + address.Directory : "");
        var source = new SourceOp { Identifier = $"git://{address.Plain}{(fragment.Length > 0 ? "#" + fragment : "")}" };
        Add(source, "git.authheadersecret", address.IsHttp ? "GIT_AUTH_HEADER" : "");
        Add(source, "git.authtokensecret", address.IsHttp ? "GIT_AUTH_TOKEN" : "");
        Add(source, "git.checksum", checksum);
        Add(source, "git.fullurl", address.Remote);
        Add(source, "git.keepgitdir", keepsGitDirectory ? "true" : "");
        Add(source, "git.mountsshsock", address.IsSsh ? "default" : "");
        return Vertex.Named(new Op { Source = source }, [], name, lines);
    }

    private static void Add(SourceOp source, string key, string value)
    {
        if (value.Length > 0)
        {
            source.Attrs[key] = value;
        }
    }

    private static string Json(IReadOnlyList<string>? list) => list is { Count: > 0 } ? JsonSerializer.Serialize([.. list], FrontendJson.Default.StringArray) : "";
}
