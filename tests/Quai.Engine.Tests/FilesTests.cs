using System.Formats.Tar;
using System.Text;
using Quai.Api.Containers;
using Quai.Engine.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

/// <summary>Containers' files: looked at, copied out and in, exported, committed.</summary>
[Collection(nameof(TestEngine))]
public sealed class FilesTests(TestEngine engine)
{
    private IContainerFiles Files => engine.Engine.Files;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_path_is_told_in_Docker_s_terms(bool running)
    {
        string id = await BoxAsync(running, "mkdir -p /d/e; ln -s ../d/e /d/link; ln -s /nowhere/../x /d/broken; chmod 1777 /d/e; echo abc > /d/f; chmod 4755 /d/f; ");
        Assert.Equal(("f", 4L, (1u << 23) | 0x1ed, ""), Shape(await Files.StatPathAsync(id, "/d/f", default)));
        ContainerPathStat link = await Files.StatPathAsync(id, "d//./link", default);
        Assert.Equal(("link", (1u << 27) | 0x1ff, "/d/e"), (link.Name, link.Mode, link.LinkTarget));
        ContainerPathStat folder = await Files.StatPathAsync(id, "/d/link/", default);
        Assert.Equal(("link", (1u << 31) | (1u << 20) | 0x1ff, ""), (folder.Name, folder.Mode, folder.LinkTarget));
        Assert.Equal("/x", (await Files.StatPathAsync(id, "/d/broken", default)).LinkTarget);
        Assert.Equal(".", (await Files.StatPathAsync(id, "/d/.", default)).Name);
        Assert.Equal("/", (await Files.StatPathAsync(id, "/", default)).Name);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => Files.StatPathAsync(id, "/d/nothing", default));
        Assert.Equal((ErrorKind.NotFound, $"Could not find the file /d/nothing in container {id}"), (e.Kind, e.Message));
        e = await Assert.ThrowsAsync<QuaiException>(() => Files.StatPathAsync(id, "/d/f/", default));
        Assert.Equal((ErrorKind.System, "lstat /d/f/: not a directory"), (e.Kind, e.Message));

        static (string, long, uint, string) Shape(ContainerPathStat stat) => (stat.Name, stat.Size, stat.Mode, stat.LinkTarget);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_put_in_comes_out(bool running)
    {
        string id = await BoxAsync(running, "");
        await Files.ExtractAsync(id, "/tmp", noOverwriteDirNonDir: true, copyOwner: false, Tar(("a", "one"), ("sub/b", "two")), default);
        await using (IContainerArchive archive = await Files.ArchivePathAsync(id, "/tmp/sub", default))
        {
            Assert.Equal(["sub/", "sub/b=two"], await EntriesAsync(archive));
        }

        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => Files.ExtractAsync(id, "/tmp/nothing", false, false, Tar(), default).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(ErrorKind.NotFound, e.Kind);
    }

    [Fact]
    public async Task A_stopped_container_waits_with_its_start_until_an_archive_is_let_go()
    {
        var request = new ContainerCreateRequest { Image = TestEngine.Image, Cmd = ["sleep", "1000"] };
        string id = (await engine.Containers.CreateAsync(null, null, request, default)).Id;
        Task starting;
        await using (IContainerArchive archive = await Files.ExportAsync(id, default))
        {
            starting = engine.Containers.StartAsync(id, default);
            Assert.False(starting.IsCompleted);
            Assert.Contains("bin/", await EntriesAsync(archive));
        }

        await starting;
        await using IContainerArchive running = await Files.ExportAsync(id, default);
        await engine.Containers.KillAsync(id, "KILL", default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("bin/", await EntriesAsync(running));
    }

    [Fact]
    public async Task A_commit_of_a_container_is_an_image_to_run()
    {
        string id = await BoxAsync(running: true, "echo made > /made; ");
        string image = await Files.CommitAsync(new CommitRequest(id, "committed", "v", "me", "note", Pause: true, ["CMD cat /made"], null), default);
        Quai.Images.Image made = engine.Engine.Images.Resolve("committed:v");
        Assert.Equal(image, made.Id);
        Assert.Equal(["/bin/sh", "-c", "cat /made"], made.Config.Config!.Cmd!);
        Assert.Equal("made\n", await File.ReadAllTextAsync(made.LayerDirectories[0] + "/made"));
        Assert.False(File.Exists(made.LayerDirectories[0] + "/etc/resolv.conf"));
        Assert.True((await engine.Containers.InspectAsync(id, size: false, default)).State.Running);
    }

    private static MemoryStream Tar(params (string Name, string Content)[] files)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string name, string content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }

        stream.Position = 0;
        return stream;
    }

    private static async Task<List<string>> EntriesAsync(IContainerArchive archive)
    {
        var bytes = new MemoryStream();
        await archive.WriteAsync(bytes, default);
        bytes.Position = 0;
        using var reader = new TarReader(bytes);
        List<string> entries = [];
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            entries.Add(entry.DataStream is { Length: < 100 } content ? $"{entry.Name}={await new StreamReader(content).ReadToEndAsync()}" : entry.Name);
        }

        return entries;
    }

    /// <summary>A container that has run the script: and runs on, or has ended.</summary>
    private async Task<string> BoxAsync(bool running, string script)
    {
        var request = new ContainerCreateRequest { Image = TestEngine.Image, Cmd = ["sh", "-c", $"mkdir -p /tmp; {script}{(running ? "echo ready; sleep 1000" : "true")}"] };
        string id = (await engine.Containers.CreateAsync(null, null, request, default)).Id;
        await engine.Containers.StartAsync(id, default);
        if (!running)
        {
            await await engine.Containers.WaitAsync(id, "not-running", default);
            return id;
        }

        await foreach (ReadOnlyMemory<byte> line in await engine.Containers.LogsAsync(id, new LogsRequest(true, true, true, false, false, null, null, null), default))
        {
            if (Encoding.UTF8.GetString(line.Span).Contains("ready", StringComparison.Ordinal))
            {
                break;
            }
        }

        return id;
    }
}
