using Quai.Build.Sessions;
using Quai.BuildKit.Tests.Clients;
using Quai.BuildKit.Tests.Fakes;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.BuildKit.Tests;

/// <summary>Trees and files between client and builder.</summary>
public sealed class FileTransferTests
{
    private const string Sync = "/moby.filesync.v1.FileSync/DiffCopy", Send = "/moby.filesync.v1.FileSend/DiffCopy";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_directory_arrives_as_it_is()
    {
        using TestFolder from = new(), to = new();
        Directory.CreateDirectory(from["a/b"]);
        Directory.CreateDirectory(from["empty"]);
        byte[] large = new byte[5 << 20];
        Random.Shared.NextBytes(large);
        await File.WriteAllBytesAsync(from["a/large"], large);
        await File.WriteAllTextAsync(from["a/b/script"], "echo");
        File.SetUnixFileMode(from["a/b/script"], (UnixFileMode)0x1ed);
        await File.WriteAllTextAsync(from["nothing"], "");
        File.CreateSymbolicLink(from["link"], "a/large");
        for (int i = 0; i < 500; i++)
        {
            await File.WriteAllTextAsync(from[$"a/many-{i}"], $"file {i}");
        }

        var files = new FilesOfClient(from.Path);
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", b => FileSync.BindService(b, files), Sync);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        Assert.Equal(("s", "ctx:1"), (session.Id, session.SharedKey));
        var update = new FolderUpdate(to.Path);
        await session.SyncAsync(new ContextRequest("context"), update, default).WaitAsync(s_patience);

        Assert.Equal(large, await File.ReadAllBytesAsync(to["a/large"]));
        Assert.Equal("file 499", await File.ReadAllTextAsync(to["a/many-499"]));
        Assert.Equal("", await File.ReadAllTextAsync(to["nothing"]));
        Assert.True(Directory.Exists(to["empty"]));
        ContextEntry script = update.Entries.Single(e => e.Path == "a/b/script");
        Assert.Equal((ContextEntryKind.File, 0x1ed, 4L, 7u, 8u, 1_700_000_000_000_000_001), (script.Kind, script.Mode, script.Size, script.Uid, script.Gid, script.ModifiedAt));
        Assert.Equal((ContextEntryKind.Link, "a/large"), update.Entries.Where(e => e.Path == "link").Select(e => (e.Kind, e.LinkName)).Single());
        Assert.Equal(503, update.Opened);
        Assert.Equal("true", files.Headers["override-excludes"][0]);
    }

    [Fact]
    public async Task Only_what_is_wanted_is_requested_and_patterns_reach_the_client_one_by_one()
    {
        using TestFolder from = new(), to = new();
        await File.WriteAllTextAsync(from["a"], "1");
        await File.WriteAllTextAsync(from["b"], "2");
        var files = new FilesOfClient(from.Path);
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", b => FileSync.BindService(b, files), Sync);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        var request = new ContextRequest("context") { Include = ["**"], Exclude = ["one, two", "!three"], Follow = ["Dockerfile", "näme"] };
        var update = new FolderUpdate(to.Path) { Wants = e => e.Path == "b" };
        await session.SyncAsync(request, update, default).WaitAsync(s_patience);
        Assert.Equal([1u], files.Requested);
        Assert.False(File.Exists(to["a"]));
        Assert.Equal(["**"], files.Headers["include-patterns"]);
        Assert.Equal(["one, two", "!three"], files.Headers["exclude-patterns"]);
        Assert.Equal(["Dockerfile", "n%C3%A4me"], files.Headers["followpaths"]);
        Assert.Equal(["1"], files.Headers["followpaths-encoded"]);

        // Nothing at all is wanted: the transfer ends all the same.
        var none = new FolderUpdate(to.Path) { Wants = _ => false };
        await session.SyncAsync(new ContextRequest("context"), none, default).WaitAsync(s_patience);
        Assert.Equal(2, none.Entries.Count);
    }

    [Fact]
    public async Task A_transfer_that_fails_says_why()
    {
        using TestFolder from = new(), to = new();
        await File.WriteAllTextAsync(from["a"], "1");
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", b => FileSync.BindService(b, new FilesOfClient(from.Path) { Failure = "permission denied" }), Sync);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        QuaiException missing = await Assert.ThrowsAsync<QuaiException>(() => session.SyncAsync(new ContextRequest("missing"), new FolderUpdate(to.Path), default).WaitAsync(s_patience));
        Assert.Equal((ErrorKind.NotFound, "no access allowed to dir \"missing\""), (missing.Kind, missing.Message));
        QuaiException failed = await Assert.ThrowsAsync<QuaiException>(() => session.SyncAsync(new ContextRequest("context"), new FolderUpdate(to.Path), default).WaitAsync(s_patience));
        Assert.Equal("error from sender: permission denied", failed.Message);
        QuaiException own = await Assert.ThrowsAsync<QuaiException>(() => session.SyncAsync(new ContextRequest("context"), new FolderUpdate(to.Path) { Wants = _ => throw QuaiException.Invalid("bad path") }, default).WaitAsync(s_patience));
        Assert.Equal("bad path", own.Message);
        QuaiException none = await Assert.ThrowsAsync<QuaiException>(() => session.SendTreeAsync(0, new FolderTree([]), default).WaitAsync(s_patience));
        Assert.Equal(ErrorKind.NotImplemented, none.Kind);
    }

    [Fact]
    public async Task A_tree_is_sent_to_the_exporter_that_asked_for_it()
    {
        using var to = new TestFolder();
        List<ContextEntry> entries =
        [
            new("bin", ContextEntryKind.Directory, 0x1ed),
            new("bin/tool", ContextEntryKind.File, 0x9ed) { Size = 300_000, ModifiedAt = 5, Attributes = new Dictionary<string, byte[]> { ["user.x"] = [1] } },
            new("empty", ContextEntryKind.File, 0x1a4),
            new("link", ContextEntryKind.Link, 0x1ff) { LinkName = "bin/tool" },
            .. Enumerable.Range(0, 300).Select(i => new ContextEntry($"x{i:d3}", ContextEntryKind.File, 0x1a4) { Size = i }),
        ];
        var target = new TargetOfClient(to.Path);
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", target.Bind, Sync + "," + Send);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        await session.SendTreeAsync(3, new FolderTree(entries), default).WaitAsync(s_patience);
        Assert.Equal("3", target.Exporter);
        Assert.Equal(FolderTree.Content("bin/tool", 300_000), await File.ReadAllBytesAsync(to["bin/tool"]));
        Assert.Equal(FolderTree.Content("x299", 299), await File.ReadAllBytesAsync(to["x299"]));
        Assert.Equal("", await File.ReadAllTextAsync(to["empty"]));
        Assert.Equal("bin/tool", new FileInfo(to["link"]).LinkTarget);
        Assert.Equal((1u << 23) | 0x1edu, target.Stats[1].Mode);
        Assert.Equal([1], target.Stats[1].Xattrs["user.x"].ToByteArray());
    }

    [Fact]
    public async Task A_target_that_fails_says_why()
    {
        using var to = new TestFolder();
        var target = new TargetOfClient(to.Path) { Failure = "no space left on device" };
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", target.Bind, Send);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        QuaiException failed = await Assert.ThrowsAsync<QuaiException>(() => session.SendTreeAsync(0, new FolderTree([new("a", ContextEntryKind.File, 0x1a4) { Size = 1 }]), default).WaitAsync(s_patience));
        Assert.Equal("error from receiver: no space left on device", failed.Message);
    }

    [Theory]
    [InlineData(ContextEntryKind.File, 0x1ed)]
    [InlineData(ContextEntryKind.Directory, 0x3ff)]
    [InlineData(ContextEntryKind.Link, 0x1ff)]
    [InlineData(ContextEntryKind.Pipe, 0x1a4)]
    [InlineData(ContextEntryKind.Socket, 0x1a4)]
    [InlineData(ContextEntryKind.BlockDevice, 0x1b0)]
    [InlineData(ContextEntryKind.CharacterDevice, 0x1b0)]
    [InlineData(ContextEntryKind.File, 0xfed)]
    public void Modes_are_Gos(ContextEntryKind kind, int mode)
    {
        uint go = GoFileMode.Of(kind, mode);
        Assert.Equal((kind, mode), (GoFileMode.Kind(go), GoFileMode.Mode(go)));
        Assert.Equal(0u, go & 0xfffff & ~0x1ffu & ~(1u << 20));
    }

    [Fact]
    public void A_mode_of_no_kind_is_refused()
    {
        Assert.Null(GoFileMode.Kind(1u << 19));
        Assert.Null(GoFileMode.Kind((1u << 31) | (1u << 27)));
        Assert.Throws<QuaiException>(() => FileStats.Read(new BuildProtocol.Files.Stat { Path = "x", Mode = 1u << 19 }));
    }
}
