using System.Security.Cryptography;
using System.Text;
using Quai.BuildClient.Layouts;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Contexts;

/// <summary>Where a build's files come from: folders, archives, addresses. Folders that were made for it are removed with it.</summary>
internal sealed class BuildContexts : IDisposable
{
    private const int HeaderSize = 1024;
    private const string Failed = "ERROR: failed to build: ", Context = "context", Dockerfile = "dockerfile";

    private readonly List<string> _made = [];

    /// <summary>Folders by the names that the builder knows.</summary>
    public Dictionary<string, string> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>Archives by their ids.</summary>
    public Dictionary<string, Stream> Archives { get; } = new(StringComparer.Ordinal);

    /// <summary>Folders in OCI layout by the names that the builder knows.</summary>
    public Dictionary<string, LayoutFolder> Layouts { get; } = new(StringComparer.Ordinal);

    /// <summary>What the frontend is told of them.</summary>
    public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>Who the client is over several builds of the same folder; empty for nobody in particular.</summary>
    public string SharedKey { get; private set; } = "";

    /// <summary>The path of the Dockerfile, as the user knows it; empty where it is no file of this machine's.</summary>
    public string File { get; private set; } = "";

    /// <summary>Reads what a command line says.</summary>
    /// <param name="context">A folder, an address, or <c>-</c>.</param>
    /// <param name="file">The Dockerfile: a path, an address, <c>-</c>, or empty for the usual one.</param>
    /// <param name="named">Further contexts by name.</param>
    /// <param name="input">The standard input.</param>
    /// <exception cref="ExitException">Something is not there.</exception>
    public static BuildContexts Resolve(string context, string file, IReadOnlyDictionary<string, string> named, Stream input)
    {
        var contexts = new BuildContexts();
        try
        {
            contexts.AddMain(context, file, input);
            foreach ((string name, string source) in named)
            {
                contexts.AddNamed(name, source);
            }

            return contexts;
        }
        catch
        {
            contexts.Dispose();
            throw;
        }
    }

    /// <summary>Whether a named context is nothing of this machine's: an address, an image, or another build's result.</summary>
    public static bool IsElsewhere(string source) =>
        RemoteAddress.Is(source) || source.StartsWith("docker-image://", StringComparison.Ordinal) || source.StartsWith("target:", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string folder in _made)
        {
            Directory.Delete(folder, recursive: true);
        }

        _made.Clear();
    }

    private void AddMain(string context, string file, Stream input)
    {
        string folder = "", name = "";
        Stream? dockerfile = null;
        if (context == "-")
        {
            dockerfile = FromInput(file, input);
            name = dockerfile is null ? file : "";
        }
        else if (Directory.Exists(context))
        {
            AddFolder(Context, context);
            SharedKey = KeyOf(context);

            // Only by its name: the builder may be another machine's, and records it.
            Attributes["vcs:localdir:context"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(context)));
            (dockerfile, folder, name) = file switch
            {
                "-" => (input, "", ""),
                "" => (null, context, ""),
                _ when RemoteAddress.Is(file) => (null, "", ""),
                _ => (null, FolderOf(file), Path.GetFileName(file)),
            };
        }
        else if (RemoteAddress.Is(context))
        {
            Attributes[Context] = context;
            if (file == "-")
            {
                dockerfile = input;
            }
            else if (Path.IsPathRooted(file))
            {
                (folder, name) = (FolderOf(file), Path.GetFileName(file));
                Attributes["dockerfilekey"] = Dockerfile;
            }
            else
            {
                name = file;
            }
        }
        else
        {
            throw new ExitException(1, $"{Failed}unable to prepare context: path \"{context}\" not found");
        }

        if (RemoteAddress.IsHttp(file))
        {
            dockerfile = RemoteAddress.Fetch(file);
        }

        if (folder.Length > 0)
        {
            string path = Path.Combine(folder, name.Length == 0 ? "Dockerfile" : name);
            File = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        }

        if (dockerfile is not null)
        {
            folder = Make();
            string path = Path.Combine(folder, "Dockerfile");
            using (var written = new FileStream(path, FileMode.CreateNew))
            {
                dockerfile.CopyTo(written);
            }

            System.IO.File.SetLastWriteTimeUtc(path, TimeOf(System.IO.File.ReadAllBytes(path)));
            name = "";
            Attributes["dockerfilekey"] = Dockerfile;
        }

        if (folder.Length > 0)
        {
            AddFolder(Dockerfile, folder);
        }

        Attributes["filename"] = name.Length == 0 ? "Dockerfile" : name;
    }

    // An archive there is the context, anything else the Dockerfile of a context that is empty.
    private Stream? FromInput(string file, Stream input)
    {
        if (file == "-")
        {
            throw new ExitException(1, Failed + "invalid argument: can't use stdin for both build context and dockerfile");
        }

        byte[] head = new byte[HeaderSize];
        int length = input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length == 0)
        {
            throw new ExitException(1, Failed + "unable to prepare context: the standard input is empty");
        }

        Stream whole = new PrefixedStream(head.AsMemory(0, length), input);
        if (ArchiveSigns.Has(head.AsSpan(0, length)))
        {
            string id = Guid.NewGuid().ToString("N");
            Archives[id] = whole;
            Attributes[Context] = "http://buildkit-session/" + id;
            return null;
        }

        if (file.Length > 0)
        {
            throw new ExitException(1, Failed + "ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles");
        }

        AddFolder(Context, Make());
        return whole;
    }

    private void AddNamed(string name, string source)
    {
        string key = "context:" + name;
        Attributes["frontend.caps"] = "moby.buildkit.frontend.contexts+forward";
        if (IsElsewhere(source))
        {
            Attributes[key] = source;
            return;
        }

        if (LayoutAddress.Is(source))
        {
            var address = LayoutAddress.Parse(source);
            var layout = new LayoutFolder(Path.GetFullPath(address.Folder));
            string store = Guid.NewGuid().ToString("N");
            Attributes[key] = address.Resolve(store, layout);
            Layouts["oci:" + store] = layout;
            return;
        }

        if (!Directory.Exists(source))
        {
            throw new ExitException(1, System.IO.File.Exists(source)
                ? $"{Failed}failed to get build context path {{{source} <nil>}}: not a directory"
                : $"{Failed}failed to get build context {name}: stat {source}: no such file or directory");
        }

        string local = name is Context or Dockerfile ? "_" + name : name;
        AddFolder(local, source);
        Attributes[key] = "local:" + local;
    }

    private void AddFolder(string name, string path) => Folders[name] = Path.GetFullPath(path);

    private static string FolderOf(string file)
    {
        string folder = Path.GetDirectoryName(file) is { Length: > 0 } named ? named : ".";
        return Directory.Exists(folder) ? folder : throw new ExitException(1, $"{Failed}resolve : lstat {folder}: no such file or directory");
    }

    private string Make()
    {
        string folder = Directory.CreateTempSubdirectory("quai-build-").FullName;
        _made.Add(folder);
        return folder;
    }

    // The builder takes files of one path, size and time for the same file. Two that are written in the same instant are told apart by what is in them.
    private static DateTime TimeOf(byte[] content) =>
        DateTime.UnixEpoch.AddTicks(BitConverter.ToInt64(SHA256.HashData(content)) & (long.MaxValue >> 10));

    // The builder keeps what it was sent of a folder by this key: another client's folder of the same path is another folder.
    private static string KeyOf(string folder) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName}\n{Environment.UserName}\n{Path.GetFullPath(folder)}")));
}
