using Quai.Archives;
using Quai.Content.Snapshots;
using Quai.Content.Tests;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Images.Tests;

/// <summary>An image of a container's changes, read from a writable directory as overlayfs leaves it.</summary>
public sealed class CommitTests
{
    [Fact]
    public async Task The_new_layer_holds_the_changes_and_nothing_else()
    {
        await using var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(SampleImage.Archive("sample:1", SampleImage.BaseLayer)), [], f.Progress, default);
        Image parent = f.Store.Resolve("sample:1");
        Snapshot snapshot = await f.Store.PrepareSnapshotAsync("box", parent.Id, default);
        string upper = Path.Combine(snapshot.Root, snapshot.Upper);
        await ProcessRunner.RunAsync("sh", "-c", $"""
            set -e; cd {upper}
            mkdir etc new opq left; echo changed > etc/passwd; mknod etc/old c 0 0
            echo data > new/file; ln new/file new/again; chown 12:34 new/file; chmod 4711 new/file; ln -s /etc/passwd new/link; mkfifo new/pipe; mknod new/null c 1 3
            echo x > opq/x; touch -d @1700000000 new/file new
            """);
        Attributes.Set(upper + "/opq", "trusted.overlay.opaque", "y");
        Attributes.Set(upper + "/new/file", "user.kept", "value");
        Attributes.Set(upper + "/new", "trusted.overlay.origin", "z");
        bool told = false;
        Image image = await f.Store.CommitAsync(
            new ContainerCommit
            {
                Key = "box", ParentId = parent.Id, Repository = "made", Tag = "2", Author = "A <a@b>", Comment = "note", CreatedBy = "sleep 1",
                Config = new ExecutionConfig { Cmd = ["k"] },
                ContainerConfig = new ExecutionConfig { Cmd = ["sleep"], Env = ["A=b"], WorkingDir = "/w", Labels = new() { ["l"] = "1" } },
                Changes = ["ENV C=d", "LABEL l=2"], LeftOut = new HashSet<string> { "left" },
                FilesRead = () =>
                {
                    told = true;
                    return Task.CompletedTask;
                },
            },
            default);
        Assert.True(told);
        Assert.Equal(["made:2"], image.RepoTags);
        Assert.Equal(parent.Config.RootFs.DiffIds[0], image.Config.RootFs.DiffIds[0]);
        Assert.Equal(["k"], image.Config.Config!.Cmd!);
        Assert.Equal(["C=d", "A=b"], image.Config.Config.Env!);
        Assert.Equal("2", image.Config.Config.Labels!["l"]);
        Assert.Equal("/w", image.Config.Config.WorkingDir);
        HistoryEntry last = image.Config.History![^1];
        Assert.Equal(("sleep 1", "A <a@b>", "note"), (last.CreatedBy, last.Author, last.Comment));

        // The snapshot is as the container's directory was, and another store makes the same of what is saved.
        string made = await TreeAsync(image.LayerDirectories[0]);
        Assert.DoesNotContain("left", made, StringComparison.Ordinal);
        Assert.Contains("./new/file 4711 12 34 2 5 1700000000", made, StringComparison.Ordinal);
        Assert.Contains("./etc/old", made, StringComparison.Ordinal);
        Assert.Equal("y"u8.ToArray(), Xattrs.Get(image.LayerDirectories[0] + "/opq", "trusted.overlay.opaque"));
        Assert.Equal("value"u8.ToArray(), Xattrs.Get(image.LayerDirectories[0] + "/new/again", "user.kept"));
        Assert.Null(Xattrs.Get(image.LayerDirectories[0] + "/new", "trusted.overlay.origin"));
        await using var g = new StoreFixture();
        using (ISavedArchive archive = await f.Store.SaveAsync(["made:2"], [], default))
        {
            var saved = new MemoryStream();
            await archive.WriteAsync(saved, default);
            saved.Position = 0;
            await g.Store.LoadAsync(saved, [], g.Progress, default);
        }

        Assert.Equal(image.Id, g.Store.Resolve("made:2").Id);
        Assert.Equal(made, await TreeAsync(g.Store.Resolve("made:2").LayerDirectories[0]));
    }

    [Fact]
    public async Task A_failure_or_a_crash_leaves_nothing()
    {
        await using var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(SampleImage.Archive("sample:1", SampleImage.BaseLayer)), [], f.Progress, default);
        Image parent = f.Store.Resolve("sample:1");
        Snapshot snapshot = await f.Store.PrepareSnapshotAsync("box", parent.Id, default);
        await File.WriteAllTextAsync(Path.Combine(snapshot.Root, snapshot.Upper, "x"), "y");
        var commit = new ContainerCommit { Key = "box", ParentId = parent.Id, Config = new(), ContainerConfig = new(), FilesRead = () => throw new IOException("gone") };
        await Assert.ThrowsAsync<IOException>(() => f.Store.CommitAsync(commit, default));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => f.Store.CommitAsync(commit with { FilesRead = null }, new CancellationToken(canceled: true)));
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.CommitAsync(commit with { FilesRead = null, Changes = ["FROM x"] }, default));
        Assert.Equal("FROM is not a valid change command", e.Message);
        Assert.Equal(2, f.Database.Read(c => Metadata.Queries.Scalar<long>(c, "SELECT count(*) FROM snapshots")));
        Assert.Empty(Directory.EnumerateFiles(f.StoreRoot + "/content/ingest"));
        Assert.Single(f.Store.List());

        // As if it had been cut off in the middle of unpacking.
        await f.Database.WriteAsync(c => Metadata.Queries.Run(c, "INSERT INTO snapshots(state) VALUES (0)"));
        await f.ReopenAsync("box");
        Assert.Equal(2, f.Database.Read(c => Metadata.Queries.Scalar<long>(c, "SELECT count(*) FROM snapshots")));
    }

    [Theory]
    [InlineData("HEALTHCHECK --interval=1m30s --retries=2 CMD [\"a\",\"b\"]", "CMD a b")]
    [InlineData("HEALTHCHECK CMD x y", "CMD-SHELL x y")]
    [InlineData("HEALTHCHECK NONE", "NONE")]
    public async Task Health_checks_are_changes_too(string line, string test)
    {
        await using var f = new StoreFixture();
        Image image = await f.Store.ImportAsync(new MemoryStream(SampleImage.BaseLayer), "h:1", null, [line], null, default);
        Assert.Equal(test, string.Join(' ', image.Config.Config!.Healthcheck!.Test!));
        if (line.Contains("--interval", StringComparison.Ordinal))
        {
            Assert.Equal((90_000_000_000, 2), (image.Config.Config.Healthcheck.Interval, image.Config.Config.Healthcheck.Retries));
        }
    }

    /// <summary>The contents of a folder. Directories and whiteouts without their times: they are created again where a layer is unpacked.</summary>
    private static async Task<string> TreeAsync(string folder)
    {
        string output = Path.GetTempFileName();
        await ProcessRunner.RunAsync("sh", "-c", $"cd {folder} && find . -mindepth 1 \\( -type d -printf '%p %m %U %G\\n' -o -type c -printf '%p %m %U %G %n\\n' -o -printf '%p %m %U %G %n %s %Ts %l\\n' \\) | sort > {output}");
        string text = await File.ReadAllTextAsync(output);
        File.Delete(output);
        return text;
    }
}
