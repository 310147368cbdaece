using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Addresses;
using Quai.Oci.Images;

namespace Quai.BuildClient.Builds;

/// <summary>Files that a builder fetches from an address: a repository of Git, or one file by HTTP.</summary>
public sealed class RemoteSource
{
    private const string NameKey = "llb.customname", Downloaded = "context";

    private readonly Op _source;
    private readonly string _title;

    private RemoteSource(Op source, string title, string file)
    {
        (_source, _title) = (source, title);
        FileName = file;
    }

    /// <summary>The name of the only file; empty for a repository.</summary>
    public string FileName { get; }

    /// <summary>The repository of an address.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="shown">The address as it was given.</param>
    public static RemoteSource Git(GitAddress address, string shown)
    {
        string fragment = address.Reference + (address.Directory.Length > 0 ? ":" + address.Directory : "");
        var source = new SourceOp { Identifier = $"git://{address.Plain}{(fragment.Length > 0 ? "#" + fragment : "")}" };
        source.Attrs["git.fullurl"] = address.Remote;
        if (address.IsHttp)
        {
            source.Attrs["git.authheadersecret"] = "GIT_AUTH_HEADER";
            source.Attrs["git.authtokensecret"] = "GIT_AUTH_TOKEN";
        }

        if (address.IsSsh)
        {
            source.Attrs["git.mountsshsock"] = "default";
        }

        return new RemoteSource(new Op { Source = source }, "[internal] load git source " + shown, "");
    }

    /// <summary>The file of an address.</summary>
    public static RemoteSource Http(string address)
    {
        var source = new SourceOp { Identifier = address };
        source.Attrs["http.filename"] = Downloaded;
        return new RemoteSource(new Op { Source = source }, "[internal] load remote build context", Downloaded);
    }

    /// <summary>The graph that gives the files.</summary>
    internal Definition Definition() => Write([(_source, _title)]);

    /// <summary>The graph that gives the files of the archive that the only file is.</summary>
    internal Definition Unpacked()
    {
        var copy = new FileActionCopy { Src = "/" + FileName, Dest = "/", AttemptUnpackDockerCompatibility = true, Mode = -1, Timestamp = -1 };
        var action = new FileAction { Input = -1, SecondaryInput = 0, Output = 0, Copy = copy };
        return Write([(_source, _title), (new Op { File = new FileOp { Actions = { action } } }, "unpack remote build context")]);
    }

    // Each takes the one before it.
    private static Definition Write(IReadOnlyList<(Op Op, string Title)> steps)
    {
        var definition = new Definition();
        Digest? before = null;
        foreach ((Op op, string title) in steps)
        {
            Op step = op.Clone();
            before = Add(definition, step, before, new OpMetadata { Description = { { NameKey, title } } });
        }

        Add(definition, new Op(), before, new OpMetadata());
        return definition;
    }

    private static Digest Add(Definition definition, Op op, Digest? input, OpMetadata metadata)
    {
        if (input is { } digest)
        {
            op.Inputs.Add(new Input { Digest = digest.ToString() });
        }

        byte[] bytes = op.ToByteArray();
        Digest own = Digest.Of(bytes);
        definition.Def.Add(UnsafeByteOperations.UnsafeWrap(bytes));
        definition.Metadata[own.ToString()] = metadata;
        return own;
    }
}
