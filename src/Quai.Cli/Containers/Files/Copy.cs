using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client.Containers;
using Quai.Linux.Trees;

namespace Quai.Cli.Containers.Files;

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

    private static bool IsFolder(ContainerPathStat stat) => (stat.Mode & 0x80000000) != 0;

    private void FromContainer(Session session, string container, string source, string destination)
    {
        string rename = "";
        if (destination != "-")
        {
            destination = CopyPaths.Absolute(destination);
            CheckOutput(destination);
        }

        if (_follow.Value && session.Engine.Files.StatAsync(container, source).Await() is { } link && IsLink(link))
        {
            (source, rename) = CopyPaths.Follow(source, CopyPaths.Join(source, link.LinkTarget));
        }

        using ContainerArchive archive = session.Engine.Files.ReadAsync(container, source).Await();
        if (destination == "-")
        {
            archive.Content.CopyTo(session.Out, 256 * 1024);
            return;
        }

        ContainerPathStat stat = archive.Root ?? new ContainerPathStat("", 0, 0, "", "");
        var from = new CopySide(source, true, IsFolder(stat), rename);
        (string folder, string name) = CopyPaths.Decide(from, CopyArchive.LookDestination(destination));
        var counted = new CountingStream(archive.Content);
        CopyArchive.Extract(counted, folder, stat.Name, name, _archive.Value);
        Report(session, from.IsFolder ? counted.Count : stat.Size, counted.Count, destination);
    }

    private void ToContainer(Session session, string source, string container, string destination)
    {
        source = source == "-" ? source : CopyPaths.Absolute(source);
        ContainerPathStat? stat = session.Engine.Files.StatAsync(container, destination).Await();
        string shown = destination;
        if (stat is { } link && IsLink(link))
        {
            destination = CopyPaths.Join(destination, link.LinkTarget);
            stat = session.Engine.Files.StatAsync(container, destination).Await();
        }

        if (stat is { } found && KindOf(found) is { } kind)
        {
            throw new ExitException(1, $"destination \"{container}:{shown}\" must be a directory or a regular file: got a {kind}");
        }

        var to = new CopySide(destination, stat is not null, stat is { } place && IsFolder(place));
        if (source == "-")
        {
            if (!to.IsFolder)
            {
                throw new ExitException(1, $"destination \"{container}:{shown}\" must be a directory");
            }

            session.Engine.Files.WriteAsync(container, destination, new Input(), _archive.Value).Await();
            return;
        }

        CopySide from = CopyArchive.Look(source, _follow.Value);
        (string folder, string name) = CopyPaths.Decide(from, to);
        using var archive = new CountingStream(CopyArchive.Create(from, name));
        session.Engine.Files.WriteAsync(container, folder, archive, _archive.Value).Await();
        Report(session, ContentSize(from), archive.Count, $"{container}:{destination}");
    }

    /// <summary>Refuses a destination that cannot be created before the daemon is asked for anything.</summary>
    private static void CheckOutput(string path)
    {
        string folder = CopyPaths.Folder(path.TrimEnd('/').Length == 0 ? "/" : path);
        if (!Directory.Exists(folder))
        {
            throw new ExitException(1, $"invalid output path: directory {Quai.Templates.GoText.Quote(folder)} does not exist");
        }

        if (NodeStatusReader.TryRead(path) is { IsDirectory: false, IsRegular: false, IsLink: false })
        {
            throw new ExitException(1, $"invalid output path: {Quai.Templates.GoText.Quote(path)} must be a directory or a regular file");
        }
    }

    private static long ContentSize(CopySide source) =>
        source.IsFolder ? FileTree.Size(source.Path) : NodeStatusReader.TryRead(source.Path) is { IsRegular: true } file ? (long)file.Size : 0;

    private static bool IsLink(ContainerPathStat stat) => (stat.Mode & (1u << 27)) != 0;

    /// <summary>Describes anything that is neither a folder nor a file; null for those.</summary>
    private static string? KindOf(ContainerPathStat stat) => stat.Mode switch
    {
        var mode when (mode & (1u << 26)) != 0 => "device",
        var mode when (mode & (1u << 25)) != 0 => "named pipe",
        var mode when (mode & (1u << 24)) != 0 => "socket",
        _ => null,
    };

    private void Report(Session session, long content, long transferred, string destination)
    {
        if (!_quiet.Value && session.Error.IsTerminal)
        {
            string size = Units.Size(content) + (content == transferred ? "" : $" (transferred {Units.Size(transferred)})");
            session.Error.WriteLine($"Successfully copied {size} to {destination}");
        }
    }

    /// <summary>Counts bytes read through it.</summary>
    private sealed class CountingStream(Stream source) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = source.Read(buffer);
            Count += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
