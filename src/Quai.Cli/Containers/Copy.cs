using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Streams;

namespace Quai.Cli.Containers;

/// <summary><c>quai cp</c>: copies between a container and this machine, or a tar archive through the standard streams.</summary>
internal sealed class Copy : Command
{
    private readonly Flag<bool> _archive;
    private readonly Flag<bool> _follow;
    private readonly Flag<bool> _quiet;

    public Copy(string path)
        : base(path)
    {
        _archive = Flags.Bool("archive", 'a', "Keep owners");
        _follow = Flags.Bool("follow-link", 'L', "Copy what a link at the source leads to");
        _quiet = Flags.Bool("quiet", 'q', "Say nothing");
    }

    public override string Usage => "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tquai cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH";

    public override string Summary => "Copy files between a container and this machine";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        if (arguments[0].Length == 0 || arguments[1].Length == 0)
        {
            throw new ExitException(1, arguments[0].Length == 0 ? "source can not be empty" : "destination can not be empty");
        }

        (string? fromContainer, string from) = Split(arguments[0]);
        (string? toContainer, string to) = Split(arguments[1]);
        if ((fromContainer is null) == (toContainer is null))
        {
            throw new ExitException(1, fromContainer is null ? "must specify at least one container source" : "copying between containers is not supported");
        }

        if (fromContainer is not null)
        {
            FromContainer(session, fromContainer, from, to);
        }
        else
        {
            ToContainer(session, from, toContainer!, to);
        }

        return 0;
    }

    private static (string? Container, string Path) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return text[0] is '/' or '.' || colon < 0 ? (null, text) : (text[..colon], text[(colon + 1)..]);
    }

    private static string Archive(string container, string path) => new Query($"/containers/{Query.Segment(container)}/archive").With("path", path).ToString();

    /// <summary>What the daemon says of a path; null when there is nothing there.</summary>
    private static JsonElement? Stat(Session session, string container, string path)
    {
        using Response response = session.Engine.SendAny("HEAD", Archive(container, path));
        if (response.Head.Status == 404 && response.Head.Header("x-docker-container-path-stat") is null)
        {
            return null;
        }

        string? header = response.Head.Header("x-docker-container-path-stat");
        return header is null ? null : JsonDocument.Parse(Convert.FromBase64String(header)).RootElement;
    }

    private static bool IsFolder(JsonElement stat) => (stat.Number("mode") & 0x80000000L) != 0;

    private void FromContainer(Session session, string container, string source, string destination)
    {
        if (_follow.Value && Stat(session, container, source) is { } link && link.Text("linkTarget").Length > 0)
        {
            source = link.Text("linkTarget");
        }

        using Response response = session.Engine.Send("GET", Archive(container, source));
        if (destination == "-")
        {
            response.CopyTo(session.Out, 256 * 1024);
            return;
        }

        bool contents = source.EndsWith("/.", StringComparison.Ordinal);
        bool exists = Directory.Exists(destination);
        string parent = Path.GetDirectoryName(Path.GetFullPath(destination.TrimEnd('/'))) ?? "/";
        if (!exists && !Directory.Exists(parent))
        {
            throw new ExitException(1, $"invalid output path: directory {Quai.Templates.GoText.Quote(parent)} does not exist");
        }

        string header = response.Head.Header("x-docker-container-path-stat") is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : "{}";
        bool folder = IsFolder(JsonDocument.Parse(header).RootElement);
        if (!folder && !exists && destination.EndsWith('/'))
        {
            throw new ExitException(1, "no such directory");
        }

        if (folder && File.Exists(destination))
        {
            throw new ExitException(1, "cannot copy directory");
        }

        CopyArchive.Extract(response, destination, inside: exists && !contents, keepOwner: _archive.Value);
        Tell(session, $"Successfully copied to {Path.GetFullPath(destination)}");
    }

    private void ToContainer(Session session, string source, string container, string destination)
    {
        JsonElement? stat = Stat(session, container, destination);
        if (stat is { } link && link.Text("linkTarget").Length > 0)
        {
            string target = link.Text("linkTarget");
            destination = target.StartsWith('/') ? target : Path.Combine(Path.GetDirectoryName(destination) ?? "/", target);
            stat = Stat(session, container, destination);
        }

        if (source == "-")
        {
            if (stat is { } place && !IsFolder(place))
            {
                throw new ExitException(1, $"destination \"{container}:{destination}\" must be a directory");
            }

            session.Engine.Upload("PUT", Target(container, destination), new Input(), "application/x-tar").Dispose();
            return;
        }

        string path = _follow.Value && new FileInfo(source).ResolveLinkTarget(returnFinalTarget: true) is { } final ? final.FullName : source;
        bool folder = Directory.Exists(path);
        if (!folder && !File.Exists(path) && new FileInfo(path).LinkTarget is null)
        {
            throw new ExitException(1, $"lstat {Path.GetFullPath(source)}: no such file or directory");
        }

        bool contents = source.EndsWith("/.", StringComparison.Ordinal) || source == ".";
        bool into = stat is { } there && IsFolder(there);
        if (stat is { } file && !IsFolder(file) && folder)
        {
            throw new ExitException(1, "cannot copy directory");
        }

        if (stat is null && !folder && destination.EndsWith('/'))
        {
            throw new ExitException(1, "no such directory");
        }

        string bare = destination.TrimEnd('/');
        string root = into ? destination : Path.GetDirectoryName(bare) is { Length: > 0 } p ? p : "/";
        string name = into ? (contents && folder ? "" : Path.GetFileName(Path.GetFullPath(path).TrimEnd('/'))) : Path.GetFileName(bare);
        using Stream archive = CopyArchive.Create(path, name, _archive.Value);
        session.Engine.Upload("PUT", Target(container, root), archive, "application/x-tar").Dispose();
        Tell(session, $"Successfully copied to {container}:{destination}");
    }

    private string Target(string container, string path)
    {
        Query query = new Query($"/containers/{Query.Segment(container)}/archive").With("noOverwriteDirNonDir", "true").With("path", path);
        return (_archive.Value ? query.With("copyUIDGID", "true") : query).ToString();
    }

    private void Tell(Session session, string message)
    {
        if (!_quiet.Value && session.Error.IsTerminal)
        {
            session.Error.WriteLine(message);
        }
    }
}
