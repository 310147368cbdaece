using System.Diagnostics;
using Quai.Linux.Trees;
using Xunit;

namespace Quai.Linux.Tests.Trees;

/// <summary>Files that a hostile party chose, on the real kernel.</summary>
public sealed class RootedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-rooted").FullName;
    private readonly FileDescriptor _root;

    public RootedFilesTests() => _root = RootedFiles.OpenDirectory(_folder);

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_regular_file_is_read_links_within_the_root_followed()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "text");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "/file");
        Assert.Equal("text"u8.ToArray(), RootedFiles.TryRead(_root, "/link", 4));
        Assert.Null(RootedFiles.TryRead(_root, "/nothing", 4));
        Assert.Null(RootedFiles.TryRead(_root, "/file/below", 4));
        Assert.Equal("read /file: larger than 3 bytes", Assert.Throws<UnreadableFileException>(() => RootedFiles.TryRead(_root, "/file", 3)).Message);
    }

    [Fact]
    public void A_link_leads_nowhere_outside()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "passwd"), "/../../etc/passwd");
        Assert.Null(RootedFiles.TryRead(_root, "/passwd", 1 << 20));
    }

    [Theory]
    [InlineData("mkfifo it", "not a regular file")]
    [InlineData("mknod it c 1 3", "not a regular file")]
    [InlineData("mkdir it", "is a directory")]
    public void What_is_no_regular_file_is_not_opened(string make, string reason)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", make]) { WorkingDirectory = _folder })!;
        process.WaitForExit();
        Assert.Equal($"read /it: {reason}", Assert.Throws<UnreadableFileException>(() => RootedFiles.TryRead(_root, "/it", 10)).Message);
        Assert.Null(TreeEntries.TryOpenFile(_root.Number, "it\0"u8));
    }

    [Fact]
    public void A_file_of_the_kernel_s_is_not_opened()
    {
        using FileDescriptor host = RootedFiles.OpenDirectory("/");
        Assert.Equal("read /proc/kmsg: not a file on a disk", Assert.Throws<UnreadableFileException>(() => RootedFiles.TryRead(host, "/proc/kmsg", 10)).Message);
    }

    [Fact]
    public void A_path_beneath_follows_links_that_stay_and_refuses_what_leads_out()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a/b"));
        File.CreateSymbolicLink(Path.Combine(_folder, "stays"), "a/../a/b");
        File.CreateSymbolicLink(Path.Combine(_folder, "up"), "a/../../x");
        File.CreateSymbolicLink(Path.Combine(_folder, "absolute"), "/etc");
        Assert.Equal("a/b", ScopedPath.EvaluateBeneath(_root, "stays"));
        Assert.Equal("a/nothing", ScopedPath.EvaluateBeneath(_root, "./a//nothing"));
        foreach (string path in (string[])["up", "absolute", "..", "a/../.."])
        {
            Assert.Equal(Errno.EXDEV, Assert.Throws<LinuxException>(() => ScopedPath.EvaluateBeneath(_root, path)).Errno);
        }

        ScopedPath.OpenBeneath(_root, "a/b").Dispose();
        ScopedPath.OpenBeneath(_root, "").Dispose();
        Assert.Equal(Errno.ELOOP, Assert.Throws<LinuxException>(() => ScopedPath.OpenBeneath(_root, "stays")).Errno);
        Assert.Equal(Errno.EXDEV, Assert.Throws<LinuxException>(() => ScopedPath.OpenBeneath(_root, "a/../..")).Errno);
    }

    [Fact]
    public void A_tree_is_copied_whole_and_a_link_in_the_way_is_not_followed()
    {
        string from = Directory.CreateDirectory(Path.Combine(_folder, "from/d")).Parent!.FullName, to = Directory.CreateDirectory(Path.Combine(_folder, "to")).FullName;
        File.WriteAllText(Path.Combine(from, "d/file"), "text");
        Links.CreateHard(Path.Combine(from, "d/file"), Path.Combine(from, "same"));
        File.CreateSymbolicLink(Path.Combine(from, "link"), "/etc");
        File.SetUnixFileMode(Path.Combine(from, "d"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.SetUser);
        using (FileDescriptor source = RootedFiles.OpenDirectory(from), target = RootedFiles.OpenDirectory(to))
        {
            FileTree.CopyContent(source, target);
        }

        Assert.Equal("text", File.ReadAllText(Path.Combine(to, "same")));
        Assert.Equal(NodeStatusReader.TryRead(Path.Combine(to, "d/file"))!.Value.Inode, NodeStatusReader.TryRead(Path.Combine(to, "same"))!.Value.Inode);
        Assert.Equal("/etc", new FileInfo(Path.Combine(to, "link")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.SetUser, File.GetUnixFileMode(Path.Combine(to, "d")));

        string elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName, second = Directory.CreateDirectory(Path.Combine(_folder, "second")).FullName;
        File.CreateSymbolicLink(Path.Combine(second, "d"), elsewhere);
        using (FileDescriptor source = RootedFiles.OpenDirectory(from), target = RootedFiles.OpenDirectory(second))
        {
            Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => FileTree.CopyContent(source, target)).Errno);
        }

        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
    }

    [Fact]
    public void Holes_are_copied_as_holes()
    {
        string from = Directory.CreateDirectory(Path.Combine(_folder, "sparse")).FullName, to = Directory.CreateDirectory(Path.Combine(_folder, "copied")).FullName;
        Write("middle", 1L << 40, (0, "start"), (1L << 39, "middle"), ((1L << 40) - 3, "end"));
        Write("nothing", 1L << 40);
        Write("behind", 1 << 20, (10, "some"));
        Write("empty", 0);
        using (FileDescriptor source = RootedFiles.OpenDirectory(from), target = RootedFiles.OpenDirectory(to))
        {
            FileTree.CopyContent(source, target);
        }

        foreach (string name in (string[])["middle", "nothing", "behind", "empty"])
        {
            NodeStatus was = NodeStatusReader.TryRead(Path.Combine(from, name))!.Value, copied = NodeStatusReader.TryRead(Path.Combine(to, name))!.Value;
            Assert.Equal(was.Size, copied.Size);
            Assert.InRange(copied.Blocks, 0UL, was.Blocks + 8);
        }

        Assert.Equal(("start", "middle", "end"), (Read("middle", 0, 5), Read("middle", 1L << 39, 6), Read("middle", (1L << 40) - 3, 3)));
        Assert.Equal("some", Read("behind", 10, 4));

        void Write(string name, long length, params (long At, string Text)[] pieces)
        {
            using FileStream file = File.Create(Path.Combine(from, name));
            file.SetLength(length);
            foreach ((long at, string text) in pieces)
            {
                file.Position = at;
                file.Write(System.Text.Encoding.ASCII.GetBytes(text));
            }
        }

        string Read(string name, long at, int length)
        {
            using FileStream file = File.OpenRead(Path.Combine(to, name));
            file.Position = at;
            byte[] bytes = new byte[length];
            file.ReadExactly(bytes);
            return System.Text.Encoding.ASCII.GetString(bytes);
        }
    }
}
