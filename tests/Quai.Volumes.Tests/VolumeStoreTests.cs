using Quai.Errors;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Metadata;
using Quai.Plugins.Discovery;
using Quai.Plugins.Volumes;
using Quai.Plugins;
using Xunit;

namespace Quai.Volumes.Tests;

public sealed class VolumeStoreTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("quai-volumes-test").FullName;
    private MetadataDatabase? _database;
    private VolumeStore? _store;

    private VolumeStore Store => _store!;

    private string Root => Path.Combine(_directory, "volumes");

    public Task InitializeAsync()
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (Volume volume in Store.List())
        {
            HostMount.Unmount(volume.Mountpoint);
        }

        Store.Dispose();
        await _database!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_volume_is_a_folder_and_is_remembered()
    {
        Volume made = await Store.CreateAsync(new VolumeRequest("kept", Labels: new Dictionary<string, string> { ["a"] = "b" }), default);
        Assert.Equal(Path.Combine(Root, "kept", "_data"), made.Mountpoint);
        Assert.True(Directory.Exists(made.Mountpoint));
        Assert.Equal(made, await Store.CreateAsync(new VolumeRequest("kept"), default));
        await ReopenAsync();
        Volume read = Store.Get("kept");
        Assert.Equal(("b", made.Created, false), (read.Labels["a"], read.Created, read.Anonymous));
        await Store.RemoveAsync("kept", false, default);
        Assert.False(Directory.Exists(Path.Combine(Root, "kept")));
        Assert.Equal("get kept: no such volume", Assert.Throws<QuaiException>(() => Store.Get("kept")).Message);
        await Store.RemoveAsync("kept", force: true, default);
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<QuaiException>(() => Store.RemoveAsync("kept", false, default))).Kind);
    }

    [Theory]
    [InlineData("a/b", "create a/b: \"a/b\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path")]
    [InlineData("a", "create a: volume name is too short, names should be at least two alphanumeric characters")]
    [InlineData("..", "create ..: \"..\" includes invalid characters")]
    public async Task Bad_names_are_refused(string name, string message)
    {
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => Store.CreateAsync(new VolumeRequest(name), default));
        Assert.StartsWith(message, e.Message);
        Assert.Empty(Store.List());
    }

    [Theory]
    [InlineData("foo=bar", "create vol: invalid option: \"foo\"")]
    [InlineData("type=tmpfs", "create vol: missing required option: \"device\"")]
    [InlineData("device=/tmp", "create vol: missing required option: \"type\"")]
    [InlineData("o=bind", "create vol: missing required option: \"device\"")]
    [InlineData("size=1x", "create vol: invalid suffix: 'x'")]
    [InlineData("TYPE=tmpfs", "create vol: invalid option: \"TYPE\"")]
    public async Task Bad_options_are_refused(string option, string message)
    {
        var options = new Dictionary<string, string> { [option.Split('=')[0]] = option.Split('=')[1] };
        Assert.Equal(message, (await Assert.ThrowsAsync<QuaiException>(() => Store.CreateAsync(new VolumeRequest("vol", Options: options), default))).Message);
    }

    [Fact]
    public async Task A_volume_in_use_stays()
    {
        await UseAsync("container1", new VolumeRequest("used"), new VolumeRequest(null));
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => Store.RemoveAsync("used", true, default));
        Assert.Equal(("remove used: volume is in use - [container1]", ErrorKind.Conflict), (e.Message, e.Kind));
        Assert.Empty((await Store.PruneAsync(true, _ => true, default)).Names);
        await ReopenAsync();
        Assert.Equal(["container1"], Store.UsersOf("used"));
        await ReleaseAsync("container1", removeAnonymous: true);
        Assert.Equal(["used"], Store.List().Select(v => v.Name));
        Assert.Empty(Store.UsersOf("used"));
    }

    [Fact]
    public async Task Prune_takes_anonymous_volumes_unless_told_all()
    {
        await Store.CreateAsync(new VolumeRequest("named"), default);
        Volume anonymous = await Store.CreateAsync(new VolumeRequest(null), default);
        File.WriteAllText(Path.Combine(anonymous.Mountpoint, "file"), "12345");
        long usage = Quai.Linux.Trees.FileTree.ApparentSize(anonymous.Mountpoint);
        Assert.True(usage > 0);
        (IReadOnlyList<string> names, long bytes) = await Store.PruneAsync(false, _ => true, default);
        Assert.Equal([anonymous.Name], names);
        Assert.Equal(usage, bytes);
        Assert.Equal(["named"], (await Store.PruneAsync(true, _ => true, default)).Names);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Fact]
    public async Task A_reservation_that_is_given_up_leaves_nothing()
    {
        VolumeTransaction change = await Store.ReserveAsync("container", [new VolumeRequest("never")], default);
        await change.DisposeAsync();
        Assert.Empty(Store.List());
        Assert.Empty(Directory.GetFileSystemEntries(Root));
        await Store.CreateAsync(new VolumeRequest("never"), default);
    }

    [Fact]
    public async Task Removals_and_users_that_a_crash_cut_off_are_finished()
    {
        Volume volume = await Store.CreateAsync(new VolumeRequest("half"), default);
        await UseAsync("gone", new VolumeRequest("kept"));
        await _database!.WriteAsync(c =>
        {
            c.Run("DELETE FROM volumes WHERE name='half'");
            c.Run("INSERT INTO volume_garbage (name, trash) VALUES ('half', '.removed-x')");
        });
        await ReopenAsync();
        Directory.Delete(Path.Combine(Root, "kept"), recursive: true);
        await Store.RecoverAsync(new HashSet<string>(), new HashSet<string>());
        Assert.False(Directory.Exists(volume.Mountpoint));
        Assert.Empty(Store.UsersOf("kept"));
        Assert.True(Directory.Exists(Store.Get("kept").Mountpoint));
        await Store.RemoveAsync("kept", false, default);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Fact]
    public async Task Options_are_mounted_for_the_first_user_and_unmounted_after_the_last()
    {
        string source = Directory.CreateDirectory(Path.Combine(_directory, "source")).FullName;
        File.WriteAllText(Path.Combine(source, "file"), "x");
        await Store.CreateAsync(new VolumeRequest("bound", Options: new Dictionary<string, string> { ["o"] = "bind,ro", ["device"] = source, ["type"] = "none" }), default);
        string folder = Store.Mount("bound", "one");
        Store.Mount("bound", "two");
        Assert.True(File.Exists(Path.Combine(folder, "file")));
        Assert.Throws<IOException>(() => File.WriteAllText(Path.Combine(folder, "other"), "x"));
        Store.Unmount("one");
        Assert.True(File.Exists(Path.Combine(folder, "file")));
        Store.Unmount("two");
        Assert.False(File.Exists(Path.Combine(folder, "file")));

        await Store.CreateAsync(new VolumeRequest("broken", Options: new Dictionary<string, string> { ["o"] = "bind", ["device"] = "/no/such/folder", ["type"] = "none" }), default);
        QuaiException e = Assert.Throws<QuaiException>(() => Store.Mount("broken", "one"));
        Assert.Equal($"error while mounting volume '{Store.Get("broken").Mountpoint}': failed to mount local volume: mount /no/such/folder:{Store.Get("broken").Mountpoint}, flags: 0x1000: no such file or directory", e.Message);
    }

    [Fact]
    public async Task Filling_copies_owners_modes_links_and_times()
    {
        string source = Directory.CreateDirectory(Path.Combine(_directory, "image")).FullName;
        File.WriteAllText(Path.Combine(source, "file"), "text");
        File.SetUnixFileMode(Path.Combine(source, "file"), UnixFileMode.UserRead);
        File.SetLastWriteTimeUtc(Path.Combine(source, "file"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        File.CreateSymbolicLink(Path.Combine(source, "link"), "/etc/passwd");
        File.SetUnixFileMode(source, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Volume volume = await Store.CreateAsync(new VolumeRequest("filled"), default);
        using (Quai.Linux.FileDescriptor image = Quai.Linux.Trees.RootedFiles.OpenDirectory(source))
        {
            Store.Fill("filled", image, null);
        }


        string file = Path.Combine(volume.Mountpoint, "file");
        Assert.Equal(("text", UnixFileMode.UserRead, 2001), (File.ReadAllText(file), File.GetUnixFileMode(file), File.GetLastWriteTimeUtc(file).Year));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(volume.Mountpoint, "link")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(volume.Mountpoint));
    }

    [Fact]
    public async Task A_mount_that_somebody_took_away_is_made_again()
    {
        await Store.CreateAsync(Tmpfs("memory"), default);
        string folder = Store.Mount("memory", "one");
        HostMount.Unmount(folder);
        Store.Mount("memory", "two");
        Assert.True(NodeStatusReader.IsMountPoint(folder));
        Store.Unmount("one");
        Assert.True(NodeStatusReader.IsMountPoint(folder));
        Store.Unmount("two");
        Assert.False(NodeStatusReader.IsMountPoint(folder));
    }

    [Fact]
    public async Task After_a_crash_a_mount_stays_as_long_as_a_container_runs()
    {
        await UseAsync("running", Tmpfs("kept"));
        await UseAsync("ended", Tmpfs("gone"));
        string kept = Store.Mount("kept", "running"), gone = Store.Mount("gone", "ended");
        await ReopenAsync();
        await Store.RecoverAsync(new HashSet<string> { "running", "ended" }, new HashSet<string> { "running" });
        Assert.True(NodeStatusReader.IsMountPoint(kept));
        Assert.False(NodeStatusReader.IsMountPoint(gone));
        Store.Unmount("running");
        Assert.False(NodeStatusReader.IsMountPoint(kept));
    }

    [Fact]
    public async Task What_was_not_given_is_remembered_as_such()
    {
        await Store.CreateAsync(new VolumeRequest("none"), default);
        await Store.CreateAsync(new VolumeRequest("empty", Options: new Dictionary<string, string>(), Labels: new Dictionary<string, string>()), default);
        await ReopenAsync();
        Assert.Equal((false, false), (Store.Get("none").LabelsGiven, Store.Get("none").OptionsGiven));
        Assert.Equal((true, true), (Store.Get("empty").LabelsGiven, Store.Get("empty").OptionsGiven));
    }

    [Fact]
    public async Task A_copy_appears_when_it_is_complete_and_its_name_must_be_free()
    {
        Volume from = await Store.CreateAsync(new VolumeRequest(null, Labels: new Dictionary<string, string> { ["a"] = "b" }), default);
        File.WriteAllText(Path.Combine(from.Mountpoint, "file"), "text");
        Volume copy = await Store.CopyAsync(from.Name, "copy", snapshot: false, default);
        Assert.Equal("text", File.ReadAllText(Path.Combine(copy.Mountpoint, "file")));
        Assert.Equal(("a", "b", false), (copy.Labels.Single().Key, copy.Labels.Single().Value, copy.Anonymous));
        Volume snapshot = await Store.CopyAsync("copy", null, snapshot: true, default);
        Assert.Equal("copy", snapshot.Labels[VolumeStore.SnapshotLabel]);
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<QuaiException>(() => Store.CopyAsync(from.Name, "copy", false, default))).Kind);
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<QuaiException>(() => Store.CopyAsync("nosuch", "other", false, default))).Kind);
        await ReopenAsync();
        await Store.RecoverAsync(new HashSet<string>(), new HashSet<string>());
        Assert.Equal("text", File.ReadAllText(Path.Combine(Store.Get(snapshot.Name).Mountpoint, "file")));
        Assert.Equal(3, Directory.GetFileSystemEntries(Root).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_that_a_crash_cut_off_is_gone(bool moved)
    {
        string folder = Path.Combine(Root, moved ? "cut" : ".removed-x");
        Directory.CreateDirectory(Path.Combine(folder, "_data"));
        await _database!.WriteAsync(c => c.Run("INSERT INTO volume_garbage (name, trash) VALUES ('cut', '.removed-x')"));
        await ReopenAsync();
        await Store.RecoverAsync(new HashSet<string>(), new HashSet<string>());
        Assert.Empty(Directory.GetFileSystemEntries(Root));
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task A_transaction_that_is_disposed_twice_is_released_once()
    {
        VolumeTransaction change = await Store.ReserveAsync("container", [new VolumeRequest("once")], default);
        await change.DisposeAsync();
        await change.DisposeAsync();
        await Store.CreateAsync(new VolumeRequest("once"), default);
    }

    private static VolumeRequest Tmpfs(string name) => new(name, Options: new Dictionary<string, string> { ["type"] = "tmpfs", ["device"] = "tmpfs" });

    private async Task UseAsync(string container, params VolumeRequest[] requests)
    {
        await using VolumeTransaction change = await Store.ReserveAsync(container, requests, default);
        await _database!.WriteAsync(change.Write);
        await change.CompleteAsync();
    }

    private async Task ReleaseAsync(string container, bool removeAnonymous)
    {
        await using VolumeTransaction change = (await Store.ReleaseAsync(container, removeAnonymous, default))!;
        await _database!.WriteAsync(change.Write);
        await change.CompleteAsync();
    }

    private async Task ReopenAsync()
    {
        Store.Dispose();
        await _database!.DisposeAsync();
        Open();
    }

    private void Open()
    {
        _database = MetadataDatabase.Open(Path.Combine(_directory, "quai.db"), VolumeStore.Migrations);
        _store = VolumeStore.Open(Root, _database, new VolumePlugins(new PluginRegistry(new PluginDirectories("/nonexistent", []), new PluginLimits(), TimeProvider.System)), TimeProvider.System);
    }
}
