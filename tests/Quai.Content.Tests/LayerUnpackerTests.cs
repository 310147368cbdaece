using System.IO.Compression;
using System.Security.Cryptography;
using Quai.Content.Unpack;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Content.Tests;

/// <summary>Layers on a real file system, as root.</summary>
public sealed class LayerUnpackerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-unpack-").FullName;

    private string Root => Path.Combine(_folder, "fs");

    private string Outside => Path.Combine(_folder, "outside");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_layer_can_hold_comes_out()
    {
        byte[] tar = new RawTar()
            .Directory("./", 0x1c0)
            .Directory("d/", 0x5ed, mtime: 1000)
            .Pax(("mtime", "1700000000.000000007"), ("SCHILY.xattr.user.note", "hi"), ("SCHILY.xattr.trusted.overlay.redirect", "/x"))
            .Add("d/file", '0', "content", mode: 0x9ed, uid: 5, gid: 6)
            .HardLink("d/hard", "./d/file")
            .Symlink("d/soft", "/etc/passwd")
            .HardLink("d/hardsoft", "d/soft")
            .Add("fifo", '6', mode: 0x1b6)
            .Add("null", '3', mode: 0x1b6, major: 1, minor: 3)
            .File("implied/by/name", "x")
            .End();
        LayerUnpacker.Result result = await UnpackAsync(tar);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(tar)), result.DiffId.Hex);
        Assert.Equal(8 + "/etc/passwd".Length, result.Size);

        FileStatus file = Status("d/file");
        Assert.Equal((0x9edu, 5u, 6u, 2u), (file.Mode & 0xfff, file.Uid, file.Gid, file.Links));
        Assert.Equal(file.Inode, Status("d/hard").Inode);
        Assert.Equal("content", File.ReadAllText(Path.Combine(Root, "d/hard")));
        Assert.Equal("hi"u8.ToArray(), Xattrs.Get(Path.Combine(Root, "d/file"), "user.note"));
        Assert.Null(Xattrs.Get(Path.Combine(Root, "d/file"), "trusted.overlay.redirect"));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(Root, "d/soft")).LinkTarget);
        Assert.Equal(FileCalls.S_IFLNK, Status("d/hardsoft").Mode & FileCalls.S_IFMT);
        Assert.Equal(0x5edu | FileCalls.S_IFDIR, Status("d").Mode);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1000).UtcDateTime, Directory.GetLastWriteTimeUtc(Path.Combine(Root, "d")));
        Assert.Equal(FileCalls.S_IFIFO | 0x1b6u, Status("fifo").Mode);
        FileStatus device = Status("null");
        Assert.Equal((FileCalls.S_IFCHR | 0x1b6u, 1u, 3u), (device.Mode, device.DeviceMajor, device.DeviceMinor));
        Assert.Equal(0x1edu, Status("implied/by").Mode & 0xfff);

        // As with Docker, the root's own entry changes nothing.
        Assert.Equal(0x1edu, Status(".").Mode & 0xfff);
    }

    [Fact]
    public async Task Whiteouts_become_what_overlayfs_knows()
    {
        await UnpackAsync(new RawTar()
            .File("d/.wh.gone").File(".wh..wh.plnk/1.2").File(".wh..wh.aufs")
            .Directory("opaque").File("opaque/.wh..wh..opq").File("opaque/new", "n")
            .File(".wh.again").Directory("again").File("again/inside")
            .Directory("before").File(".wh.before")
            .File("kept").File(".wh.kept")
            .End());
        FileStatus gone = Status("d/gone");
        Assert.Equal((FileCalls.S_IFCHR, 0u, 0u), (gone.Mode & FileCalls.S_IFMT, gone.DeviceMajor, gone.DeviceMinor));
        Assert.Equal("y"u8.ToArray(), Xattrs.Get(Path.Combine(Root, "opaque"), "trusted.overlay.opaque"));
        Assert.True(File.Exists(Path.Combine(Root, "opaque/new")));
        Assert.Equal("y"u8.ToArray(), Xattrs.Get(Path.Combine(Root, "again"), "trusted.overlay.opaque"));
        Assert.True(File.Exists(Path.Combine(Root, "again/inside")));
        Assert.Equal("y"u8.ToArray(), Xattrs.Get(Path.Combine(Root, "before"), "trusted.overlay.opaque"));
        Assert.Equal(FileCalls.S_IFREG, Status("kept").Mode & FileCalls.S_IFMT);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories), p => Path.GetFileName(p).StartsWith(".wh.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_later_entry_replaces_an_earlier_one()
    {
        await UnpackAsync(new RawTar()
            .File("a", "1").File("a", "2")
            .Directory("d").File("d/x").File("d", "file now")
            .Symlink("s", "a").Directory("s").File("s/in", "y")
            .Directory("keep").File("keep/x").Directory("keep", 0x1c0)
            .End());
        Assert.Equal("2", File.ReadAllText(Path.Combine(Root, "a")));
        Assert.Equal("file now", File.ReadAllText(Path.Combine(Root, "d")));
        Assert.Equal("y", File.ReadAllText(Path.Combine(Root, "s/in")));
        Assert.True(File.Exists(Path.Combine(Root, "keep/x")));
        Assert.Equal(0x1c0u, Status("keep").Mode & 0xfff);
    }

    [Fact]
    public async Task Links_that_stay_inside_are_followed()
    {
        await UnpackAsync(new RawTar()
            .Directory("usr").Directory("usr/lib").Symlink("lib", "usr/lib").File("lib/x", "1")
            .Directory("run").Directory("var").Symlink("var/run", "../run").File("var/run/pid", "2")
            .End());
        Assert.Equal("1", File.ReadAllText(Path.Combine(Root, "usr/lib/x")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(Root, "run/pid")));
    }

    [Fact]
    public async Task Links_lead_within_the_layers_root_wherever_they_point()
    {
        await UnpackAsync(new RawTar()
            .Directory("run").Directory("etc").Directory("var").Symlink("var/run", "/run").File("var/run/pid", "1")
            .HardLink("var/run/hard", "var/run/pid").File("var/run/.wh.gone")
            .Symlink("root", "../../..").File("root/etc/x", "2")
            .End());
        Assert.Equal("1", File.ReadAllText(Path.Combine(Root, "run/pid")));
        Assert.Equal("1", File.ReadAllText(Path.Combine(Root, "run/hard")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(Root, "etc/x")));
        Assert.Equal(["gone", "hard", "pid"], Directory.EnumerateFileSystemEntries(Path.Combine(Root, "run")).Select(Path.GetFileName).Order());
        Assert.Equal("/run", new FileInfo(Path.Combine(Root, "var/run")).LinkTarget);
    }

    public static TheoryData<string, byte[]> Climbing() => new()
    {
        { "../outside/x", new RawTar().File("../outside/x", "evil").End() },
        { "a/../../outside/x", new RawTar().Directory("a").File("a/../../outside/x", "evil").End() },
        { "/../outside/x", new RawTar().File("/../outside/x", "evil").End() },
        { "up/x", new RawTar().Symlink("up", "../outside").File("up/x", "evil").End() },
        { "deep/up/x", new RawTar().Directory("deep").Symlink("deep/up", "../../outside").File("deep/up/x", "evil").End() },
        { "abs/x", new RawTar().Symlink("abs", "OUTSIDE").File("abs/x", "evil").End() },
        { "abs/sub/x", new RawTar().Symlink("abs", "OUTSIDE").File("abs/sub/x", "evil").End() },
        { "two/x", new RawTar().Symlink("one", "..").Symlink("two", "one/outside").File("two/x", "evil").End() },
        { "magic/x", new RawTar().Symlink("magic", "/proc/self/cwd").File("magic/x", "evil").End() },
        { "hard", new RawTar().HardLink("hard", "../outside/secret").End() },
        { "hard2", new RawTar().Symlink("up", "../outside").HardLink("hard2", "up/secret").End() },
        { "hard3", new RawTar().Symlink("abs", "OUTSIDE").HardLink("hard3", "abs/secret").End() },
        { "abs/.wh..wh..opq", new RawTar().Symlink("abs", "OUTSIDE").File("abs/.wh..wh..opq").End() },
        { "abs/.wh.secret", new RawTar().Symlink("abs", "OUTSIDE").File("abs/.wh.secret").End() },
        { ".wh...", new RawTar().File(".wh...").End() },
        { "abs/d", new RawTar().Symlink("abs", "OUTSIDE").Directory("abs/d").End() },
    };

    [Theory]
    [MemberData(nameof(Climbing))]
    public async Task A_layer_that_climbs_out_is_refused_by_name(string entry, byte[] tar)
    {
        Directory.CreateDirectory(Outside);
        File.WriteAllText(Path.Combine(Outside, "secret"), "secret");
        // A directory that the machine has and the layer has not.
        string text = System.Text.Encoding.Latin1.GetString(tar).Replace("OUTSIDE", "/root/.", StringComparison.Ordinal);
        tar = System.Text.Encoding.Latin1.GetBytes(text);
        tar = FixSums(tar);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => UnpackAsync(tar));
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
        Assert.Contains($"\"{entry}\"", e.Message, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(Outside, "secret")], Directory.GetFileSystemEntries(Outside));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(Outside, "secret")));
    }

    [Fact]
    public async Task An_absolute_name_lies_inside()
    {
        await UnpackAsync(new RawTar().File("/etc/x", "1").End());
        Assert.Equal("1", File.ReadAllText(Path.Combine(Root, "etc/x")));
    }

    [Fact]
    public async Task A_directory_replaced_by_a_link_is_not_written_through()
    {
        Directory.CreateDirectory(Outside);
        byte[] tar = new RawTar().Directory("d").File("d/a").Symlink("d", "../outside").File("d/evil", "x").End();
        await Assert.ThrowsAsync<QuaiException>(() => UnpackAsync(tar));
        Assert.Empty(Directory.GetFileSystemEntries(Outside));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("gzip in members")]
    [InlineData("zstd")]
    public async Task Every_packing_gives_the_same_diff_id(string packing)
    {
        byte[] tar = new RawTar().File("a", new string('a', 100_000)).File("b", "b").End();
        byte[] blob = packing switch
        {
            "gzip" => Gzip(tar),
            "gzip in members" => [.. Gzip(tar[..5000]), .. Gzip(tar[5000..])],
            "zstd" => Zstd(tar),
            _ => tar,
        };
        LayerUnpacker.Result result = await UnpackAsync(blob);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(tar)), result.DiffId.Hex);
        Assert.Equal(100_001, result.Size);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task A_cut_packing_is_one_clear_error(string packing)
    {
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);
        byte[] tar = new RawTar().File("a", Convert.ToBase64String(content)).End();
        byte[] blob = packing == "gzip" ? Gzip(tar) : Zstd(tar);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => UnpackAsync(blob[..(blob.Length / 2)]));
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
    }

    private static byte[] Gzip(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(data);
        }

        return packed.ToArray();
    }

    private static byte[] Zstd(byte[] data)
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(data).ToArray();
    }

    private static byte[] FixSums(byte[] tar)
    {
        for (int at = 0; at + 512 <= tar.Length; at += 512)
        {
            if (tar.AsSpan(at + 257, 5).SequenceEqual("ustar"u8))
            {
                tar.AsSpan(at + 148, 8).Fill((byte)' ');
                int sum = tar.AsSpan(at, 512).ToArray().Sum(b => b);
                System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(tar, at + 148);
            }
        }

        return tar;
    }

    private FileStatus Status(string path)
    {
        using FileDescriptor root = FileCalls.OpenDirectory(Root);
        return FileCalls.Status(root.Number, path);
    }

    private async Task<LayerUnpacker.Result> UnpackAsync(byte[] blob)
    {
        string path = Path.Combine(_folder, "blob");
        File.WriteAllBytes(path, blob);
        Directory.CreateDirectory(Root);
        return await LayerUnpacker.UnpackAsync(path, Root, null, default);
    }
}
