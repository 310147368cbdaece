using Quai.BuildClient.Files;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;

namespace Quai.BuildClient.Tests;

/// <summary>A folder that takes a result.</summary>
public sealed class FolderTargetTests
{
    [Fact]
    public void Files_appear_when_they_are_complete_with_their_modes_and_times()
    {
        using TestFolder folder = new TestFolder().Write("dir/old", "kept").Write("dir/file", "before");
        var target = new FolderTarget(folder.Path);
        Assert.False(target.Take(new ContextEntry("dir", ContextEntryKind.Directory, 0x16d) { ModifiedAt = 2_000_000_000 }));
        Dictionary<string, byte[]> attributes = new() { ["user.color"] = [1, 2] };
        Assert.True(target.Take(new ContextEntry("dir/file", ContextEntryKind.File, 0x1a0) { ModifiedAt = 3_000_000_000, Attributes = attributes }));
        Assert.False(target.Take(new ContextEntry("dir/second", ContextEntryKind.File, 0x1a0) { LinkName = "dir/file" }));
        Assert.False(target.Take(new ContextEntry("link", ContextEntryKind.Link, 0x1ff) { LinkName = "dir/file" }));
        using (Stream file = target.Open(1))
        {
            file.Write("after"u8);
            Assert.Equal("before", File.ReadAllText(folder["dir/file"]));
            file.Flush();
        }

        target.Finish();
        Assert.Equal("after", File.ReadAllText(folder["dir/file"]));
        Assert.Equal("after", File.ReadAllText(folder["dir/second"]));
        Assert.Equal("kept", File.ReadAllText(folder["dir/old"]));
        Assert.Equal("dir/file", new FileInfo(folder["link"]).LinkTarget);
        Assert.Equal((UnixFileMode)0x1a0, File.GetUnixFileMode(folder["dir/file"]));
        Assert.Equal([1, 2], Xattrs.Get(folder["dir/file"], "user.color"));
        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(folder["dir"]));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(3), File.GetLastWriteTimeUtc(folder["dir/file"]));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(2), Directory.GetLastWriteTimeUtc(folder["dir"]));
        File.SetUnixFileMode(folder["dir"], (UnixFileMode)0x1ed);
    }

    [Fact]
    public void A_file_that_is_cut_off_leaves_nothing()
    {
        using TestFolder folder = new TestFolder().Write("file", "before");
        var target = new FolderTarget(folder.Path);
        target.Take(new ContextEntry("file", ContextEntryKind.File, 0x1a4));
        using (Stream file = target.Open(0))
        {
            file.Write("half"u8);
        }

        Assert.Equal("before", File.ReadAllText(folder["file"]));
        Assert.Equal([folder["file"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("/abs")]
    [InlineData("a/../b")]
    [InlineData("")]
    [InlineData("led/x")]
    public void Nothing_is_written_elsewhere(string path)
    {
        using TestFolder folder = new(), outside = new();
        Directory.CreateSymbolicLink(folder["led"], outside.Path);
        Assert.Throws<QuaiException>(() => new FolderTarget(folder.Path).Take(new ContextEntry(path, ContextEntryKind.File, 0x1a4)));
        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }
}
