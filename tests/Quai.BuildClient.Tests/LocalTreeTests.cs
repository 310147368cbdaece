using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Quai.BuildClient.Files;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;

namespace Quai.BuildClient.Tests;

/// <summary>Which files of a folder are sent.</summary>
public sealed class LocalTreeTests
{
    [Fact]
    public void A_socket_is_sent_as_an_empty_file()
    {
        using var folder = new TestFolder();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(folder["a.sock"]));
        var tree = new LocalTree(folder.Path, [], [], []);
        ContextEntry entry = Assert.Single(tree.Entries());
        Assert.Equal(("a.sock", ContextEntryKind.File, 0L, ""), (entry.Path, entry.Kind, entry.Size, entry.LinkName));
        using Stream content = tree.Open("a.sock");
        Assert.Equal(-1, content.ReadByte());
    }

    [Fact]
    public void All_files_are_listed_parents_first_in_the_order_of_their_names()
    {
        using TestFolder folder = new TestFolder().Write("b/x", "12").Write("a").Write("b.c");
        File.CreateSymbolicLink(folder["link"], "b/x");
        ContextEntry[] entries = [.. new LocalTree(folder.Path, [], [], []).Entries()];
        Assert.Equal(["a", "b", "b/x", "b.c", "link"], entries.Select(e => e.Path));
        Assert.Equal((ContextEntryKind.File, 2L, 0u, 0u), (entries[2].Kind, entries[2].Size, entries[2].Uid, entries[2].Gid));
        Assert.Equal((ContextEntryKind.Link, "b/x"), (entries[4].Kind, entries[4].LinkName));
    }

    [Theory]
    [InlineData("*.md", "!README.md", "README.md a a/b a/b/c.txt a/d.md")]
    [InlineData("a", "", "README.md x.md")]
    [InlineData("a", "!a/b/c.txt", "README.md a a/b a/b/c.txt x.md")]
    [InlineData("**/*.md", "", "a a/b a/b/c.txt")]
    [InlineData("*", "!a/d.md", "a a/d.md")]
    public void What_is_excluded_is_left_out(string first, string second, string left)
    {
        using TestFolder folder = new TestFolder().Write("README.md").Write("x.md").Write("a/b/c.txt").Write("a/d.md");
        Assert.Equal(left.Split(' '), new LocalTree(folder.Path, [], [first, second], []).Entries().Select(e => e.Path));
    }

    [Theory]
    [InlineData("a/b/c.txt", "a a/b a/b/c.txt")]
    [InlineData("a", "a a/b a/b/c.txt a/d.md")]
    [InlineData("*.md", "README.md x.md")]
    [InlineData("a/*.md", "a a/d.md")]
    [InlineData("**/c.txt", "a a/b a/b/c.txt")]
    [InlineData("/x.md", "x.md")]
    [InlineData("none", "")]
    public void Only_what_is_included_is_listed_and_what_it_is_in(string pattern, string left)
    {
        using TestFolder folder = new TestFolder().Write("README.md").Write("x.md").Write("a/b/c.txt").Write("a/d.md");
        Assert.Equal(left.Split(' ', StringSplitOptions.RemoveEmptyEntries), new LocalTree(folder.Path, [pattern], [], []).Entries().Select(e => e.Path));
    }

    [Fact]
    public void Paths_are_sent_with_what_their_links_lead_to()
    {
        using TestFolder folder = new TestFolder().Write("real/file").Write("real/other").Write("unrelated");
        Directory.CreateSymbolicLink(folder["dir"], "/real");
        File.CreateSymbolicLink(folder["first"], "dir/file");
        File.CreateSymbolicLink(folder["loop"], "loop");
        File.CreateSymbolicLink(folder["out"], "../../../unrelated");
        Assert.Equal(["dir", "first", "real", "real/file"], new LocalTree(folder.Path, [], [], ["first"]).Entries().Select(e => e.Path));
        Assert.Equal(["dir", "first", "real", "real/file"], new LocalTree(folder.Path, [], [], ["f*"]).Entries().Select(e => e.Path));
        Assert.Equal(["loop"], new LocalTree(folder.Path, [], [], ["loop"]).Entries().Select(e => e.Path));
        Assert.Equal(["out", "unrelated"], new LocalTree(folder.Path, [], [], ["out"]).Entries().Select(e => e.Path));
        Assert.Equal(7, new LocalTree(folder.Path, [], [], ["."]).Entries().Count() - 1);
    }

    [Fact]
    public void A_large_folder_is_listed_in_order_too_and_what_goes_with_a_file_is_told()
    {
        using var folder = new TestFolder();
        string[] names = [.. Enumerable.Range(0, 5000).Select(i => $"f{i:d4}")];
        foreach (string name in names)
        {
            folder.Write(name, name.EndsWith('7') ? "12" : "1");
        }

        using (SafeFileHandle file = File.OpenHandle(folder["f4321"], FileMode.Open, FileAccess.ReadWrite))
        {
            Assert.Equal(0, Xattrs.TrySet(file, "user.color", "red"u8));
        }

        ContextEntry[] entries = [.. new LocalTree(folder.Path, [], [], []).Entries()];
        Assert.Equal(names, entries.Select(e => e.Path));
        Assert.All(entries, e => Assert.Equal(e.Path.EndsWith('7') ? 2 : 1, e.Size));
        ContextEntry told = Assert.Single(entries, e => e.Attributes.Count > 0);
        Assert.Equal("f4321", told.Path);
        Assert.Equal("red"u8.ToArray(), told.Attributes["user.color"]);
    }

    [Fact]
    public void A_name_that_is_no_text_is_said_to_be_none_unless_it_is_left_out()
    {
        using TestFolder folder = new TestFolder().Write("dir/a");
        Shell($"cd '{folder.Path}/dir' && : > \"$(printf 'b\\377')\"");
        Assert.Equal(
            "the name of a file in the context is not UTF-8: \"dir/b\\xff\": rename it, or leave it out by the ignore file",
            Assert.Throws<QuaiException>(() => new LocalTree(folder.Path, [], [], []).Entries().ToList()).Message);
        Assert.Equal(["dir", "dir/a"], new LocalTree(folder.Path, [], ["dir/b?"], []).Entries().Select(e => e.Path));

        // .NET does not find it again.
        Shell($"rm -r '{folder.Path}/dir'");

        static void Shell(string line)
        {
            using Process shell = Process.Start("/bin/sh", ["-c", line]);
            shell.WaitForExit();
        }
    }

    [Fact]
    public void Another_name_of_a_file_is_told_as_one()
    {
        using TestFolder folder = new TestFolder().Write("a", "1");
        Assert.True(Linked(folder["a"], folder["b"]));
        ContextEntry[] entries = [.. new LocalTree(folder.Path, [], [], []).Entries()];
        Assert.Equal(["", "a"], entries.Select(e => e.LinkName));
    }

    private static bool Linked(string existing, string name)
    {
        using var process = System.Diagnostics.Process.Start("ln", [existing, name]);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
