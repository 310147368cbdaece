using System.Net.Sockets;
using System.Text;
using Quai.Archives;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Content.Tests;

/// <summary>Packing and unpacking trees that a hostile party has made, and changes meanwhile.</summary>
public sealed class TreeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-trees-").FullName;

    public TreeTests()
    {
        Directory.CreateDirectory(_folder + "/root/etc");
        Directory.CreateDirectory(_folder + "/outside");
        File.WriteAllText(_folder + "/outside/secret", "SECRET");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Links_lead_nowhere_but_inside_the_root()
    {
        string root = _folder + "/root";
        File.CreateSymbolicLink(root + "/absolute", _folder + "/outside");
        File.CreateSymbolicLink(root + "/climbing", "../../../../../../../../../../etc");
        File.CreateSymbolicLink(root + "/magic", "/proc/self/root");
        Directory.CreateDirectory(root + _folder + "/outside");
        Directory.CreateDirectory(root + "/proc/self/root");
        Extract(new RawTar().File("climbing/made", "in").File("absolute/x", "y").End(), "/");
        Assert.Equal("in", File.ReadAllText(root + "/etc/made"));
        Assert.Equal("y", File.ReadAllText(root + _folder + "/outside/x"));
        Assert.Equal(["secret"], Directory.EnumerateFiles(_folder + "/outside").Select(Path.GetFileName));
        Assert.False(File.Exists("/etc/made"));
        Extract(new RawTar().File("magic/tmp/y", "in").End(), "/");
        Assert.Equal("in", File.ReadAllText(root + "/proc/self/root/tmp/y"));
    }

    [Fact]
    public void Names_that_climb_out_of_the_destination_are_refused()
    {
        Directory.CreateDirectory(_folder + "/root/d");
        File.WriteAllText(_folder + "/root/etc/victim", "old");
        QuaiException e = Assert.Throws<QuaiException>(() => Extract(new RawTar().File("../etc/victim", "new").End(), "/d"));
        Assert.Equal("\"../etc/victim\" is outside of \"/d\"", e.Message);
        e = Assert.Throws<QuaiException>(() => Extract(new RawTar().HardLink("grab", "../etc/victim").End(), "/d"));
        Assert.Equal("invalid hardlink \"/d/grab\" -> \"../etc/victim\"", e.Message);
        Assert.Equal("old", File.ReadAllText(_folder + "/root/etc/victim"));

        // A link that the archive made itself is not a way out either: it stays within the root.
        Assert.Throws<QuaiException>(() => Extract(new RawTar().Symlink("out", _folder + "/outside").File("out/secret", "new").End(), "/d"));
        Assert.Equal("SECRET", File.ReadAllText(_folder + "/outside/secret"));
    }

    [Fact]
    public void Directories_are_merged_and_all_else_is_replaced()
    {
        string root = _folder + "/root";
        Directory.CreateDirectory(root + "/d/kept");
        File.WriteAllText(root + "/d/kept/a", "a");
        File.WriteAllText(root + "/d/file", "old");
        File.CreateSymbolicLink(root + "/d/link", "file");
        Extract(new RawTar().Directory("kept/", mode: 0x1c0, mtime: 77).File("kept/b", "b").File("link", "new").End(), "/d");
        Assert.Equal(("a", "b", "old", "new"), (File.ReadAllText(root + "/d/kept/a"), File.ReadAllText(root + "/d/kept/b"), File.ReadAllText(root + "/d/file"), File.ReadAllText(root + "/d/link")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root + "/d/kept"));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(77), Directory.GetLastWriteTimeUtc(root + "/d/kept"));

        var strict = new TreeExtractorOptions { NoOverwriteDirNonDir = true };
        Assert.StartsWith("cannot overwrite directory \"kept\" with non-directory", Assert.Throws<QuaiException>(() => Extract(new RawTar().File("kept").End(), "/d", strict)).Message, StringComparison.Ordinal);
        Assert.StartsWith("cannot overwrite non-directory \"file\" with directory", Assert.Throws<QuaiException>(() => Extract(new RawTar().Directory("file/").End(), "/d", strict)).Message, StringComparison.Ordinal);
        Extract(new RawTar().File("kept", "now a file").End(), "/d");
        Assert.Equal("now a file", File.ReadAllText(root + "/d/kept"));
    }

    [Fact]
    public async Task What_is_unpacked_while_links_are_swapped_stays_inside()
    {
        // A directory that is by turns itself and a link to the outside, as fast as a hostile container can.
        string root = _folder + "/root";
        using var stop = new CancellationTokenSource();
        Task swapping = SwapAsync(root + "/race", _folder + "/outside", stop.Token);
        byte[] tar = new RawTar().Directory("race/", mode: 0x1ff).File("race/made", "x", mode: 0x1ff).Add("race/pipe", '6', mode: 0x1ff).File("race/secret", "overwritten").End();
        for (int i = 0; i < 1500; i++)
        {
            try
            {
                Extract(tar, "/");
            }
            catch (QuaiException)
            {
                // Who swaps may make it fail, and nothing else.
            }
        }

        await stop.CancelAsync();
        await swapping;
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(_folder + "/outside").Select(Path.GetFileName));
        Assert.Equal("SECRET", await File.ReadAllTextAsync(_folder + "/outside/secret"));
        Assert.NotEqual((UnixFileMode)0x1ff, File.GetUnixFileMode(_folder + "/outside"));
    }

    [Fact]
    public async Task What_is_packed_while_links_are_swapped_is_from_inside()
    {
        string root = _folder + "/root";
        using var stop = new CancellationTokenSource();
        Task swapping = SwapAsync(root + "/race", _folder + "/outside", stop.Token);
        Task swappingFile = SwapFileAsync(root + "/file", _folder + "/outside/secret", stop.Token);
        for (int i = 0; i < 1500; i++)
        {
            byte[] tar = Pack(root);
            Assert.DoesNotContain("SECRET", Encoding.Latin1.GetString(tar), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        await Task.WhenAll(swapping, swappingFile);
    }

    [Fact]
    public async Task A_packed_tree_comes_out_the_same()
    {
        string root = _folder + "/root";
        await ProcessRunner.RunAsync("sh", "-c", $"""
            set -e; cd {root}; mkdir -p d/e; echo hi > d/a; ln d/a d/e/b; ln -s nowhere d/l; mkfifo d/p; mknod d/c c 5 1; chown -h 3:4 d/l; chown 70000:3000000 d/a; chmod 1777 d/e
            n=$(printf 'long-%.0s' $(seq 40)); mkdir -p d/$n/$n; echo deep > d/$n/$n/$n; ln -s $n$n d/$n/link;
            """);
        Attributes.Set(root + "/d/a", "user.x", "a\nb=c");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(root + "/d/s"));
        byte[] tar = Pack(root);
        Directory.CreateDirectory(_folder + "/other");
        using FileDescriptor other = FileCalls.OpenDirectory(_folder + "/other");
        using (var extractor = new TreeExtractor(other, "/", new TreeExtractorOptions()))
        {
            extractor.Extract(new TarReader(new MemoryStream(tar)), default);
        }

        await File.WriteAllBytesAsync(_folder + "/packed.tar", tar);
        Directory.CreateDirectory(_folder + "/gnu");
        await ProcessRunner.RunAsync("sh", "-c", $"""
            set -e; cd {_folder}; rm root/d/s; tar --xattrs --numeric-owner -xpf packed.tar -C gnu
            for t in root other gnu; do (cd $t; find . -mindepth 1 \( -type d -printf '%p %m %U %G\n' -o -printf '%p %m %U %G %n %s %Ts %l\n' \) | sort) > $t.list; done
            cmp root.list other.list; cmp root.list gnu.list; diff -r --no-dereference -x p -x c root other
            """);
        Assert.Equal("a\nb=c"u8.ToArray(), Xattrs.Get(_folder + "/other/d/e/b", "user.x"));
        Assert.Equal("a\nb=c"u8.ToArray(), Xattrs.Get(_folder + "/gnu/d/a", "user.x"));
    }

    private static async Task SwapAsync(string path, string target, CancellationToken stop) => await Task.Run(() =>
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Directory.CreateDirectory(path);
                File.WriteAllText(path + "/inner", "inside");
                Directory.Move(path, path + ".old");
                File.CreateSymbolicLink(path, target);
                Thread.SpinWait(200);
                File.Delete(path);
                Directory.Delete(path + ".old", recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The other side was quicker.
            }
        }
    }, CancellationToken.None);

    private static async Task SwapFileAsync(string path, string target, CancellationToken stop) => await Task.Run(() =>
    {
        while (!stop.IsCancellationRequested)
        {
            File.WriteAllText(path, "inside");
            File.Delete(path);
            File.CreateSymbolicLink(path, target);
            File.Delete(path);
        }
    }, CancellationToken.None);

    private static byte[] Pack(string folder)
    {
        var bytes = new MemoryStream();
        var tar = new TarWriter(bytes);
        using FileDescriptor directory = FileCalls.OpenDirectory(folder);
        new TreePacker(tar, TreePackerOptions.Plain, default).PackContent(directory, default);
        tar.Finish();
        return bytes.ToArray();
    }

    private void Extract(byte[] tar, string destination, TreeExtractorOptions? options = null)
    {
        using FileDescriptor root = FileCalls.OpenDirectory(_folder + "/root");
        using var extractor = new TreeExtractor(root, destination, options ?? new TreeExtractorOptions());
        extractor.Extract(new TarReader(new MemoryStream(tar)), default);
    }
}
