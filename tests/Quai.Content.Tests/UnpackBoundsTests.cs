using Quai.Archives;
using Quai.Content.Unpack;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Content.Tests;

/// <summary>What unpacking does without a list of all that it has made, and where it stops.</summary>
public sealed class UnpackBoundsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-bounds-").FullName;

    private string Root => Path.Combine(_folder, "fs");

    public void Dispose()
    {
        using FileDescriptor parent = FileCalls.OpenDirectory(Path.GetDirectoryName(_folder)!);
        FileCalls.RemoveTree(parent.Number, Path.GetFileName(_folder));
    }

    [Fact]
    public async Task Directories_keep_their_times_however_often_the_layer_comes_back_to_them()
    {
        var tar = new RawTar();
        for (int i = 0; i < 300; i++)
        {
            tar.Directory($"d{i}/", mtime: 1000 + i).Directory($"d{i}/sub/", mtime: 5000 + i);
        }

        tar.Symlink("alias", "d7");
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 300; i++)
            {
                tar.File($"d{i}/f{round}").File($"d{i}/sub/f{round}").File($"alias/f{i}-{round}");
            }
        }

        tar.File("d5/f0", "again").Directory("d6", mtime: 77).File("d6/late").Directory("d8/sub", mtime: 88);
        tar.File("d9", "a file now").File("d10/.wh.gone").File("d11/.wh..wh..opq").HardLink("d12/hard", "d13/f0").Symlink("d14/soft", "x");
        await UnpackAsync(tar.End());
        for (int i = 0; i < 300; i++)
        {
            if (i is not 6 and not 9)
            {
                Assert.Equal((i, 1000L + i), (i, Modified($"d{i}")));
                Assert.Equal((i, i == 8 ? 88L : 5000L + i), (i, Modified($"d{i}/sub")));
            }
        }

        Assert.Equal(77, Modified("d6"));
        Assert.Equal(1, Modified("d9"));
    }

    [Fact]
    public async Task Parents_that_no_entry_names_are_made_at_any_depth()
    {
        string deep = string.Join('/', Enumerable.Repeat("a", 2000));
        await UnpackAsync(new RawTar().Directory("top/", 0x5c0, mtime: 9).Add("@LongLink", 'L', $"top/{deep}/f\0").File("cut", "x").End());
        using FileDescriptor root = FileCalls.OpenDirectory(Root);
        using FileDescriptor file = Openat2.Open(root.Number, $"top/{deep}/f", FileCalls.O_PATH | FileCalls.O_CLOEXEC, 0, Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_SYMLINKS);
        Assert.Equal(9, Modified("top"));
        Assert.Equal(0x1edu, FileCalls.Status(root.Number, "top/a").Mode & 0xfff);
    }

    [Fact]
    public async Task A_link_to_nowhere_and_a_file_are_no_parents()
    {
        Assert.Contains("leads outside", (await Assert.ThrowsAsync<QuaiException>(() => UnpackAsync(new RawTar().Symlink("l", "nowhere").File("l/a/b/c").End()))).Message, StringComparison.Ordinal);
        Assert.Contains("not a directory", (await Assert.ThrowsAsync<QuaiException>(() => UnpackAsync(new RawTar().File("f").File("f/a/b/c").End()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_deeper_than_any_path_is_replaced_by_a_file()
    {
        // Each link leads to where the last one's tree ends.
        string step = string.Join('/', Enumerable.Repeat("a", 900));
        var tar = new RawTar();
        for (int i = 0; i < 6; i++)
        {
            string from = i == 0 ? "tree" : $"l{i - 1}";
            tar.Add("@LongLink", 'L', $"{from}/{step}/f\0").File("cut").Add("@LongLink", 'K', $"{from}/{step}\0").Symlink($"l{i}", "cut");
        }

        await UnpackAsync(tar.File("tree", "a file now").End());
        Assert.Equal("a file now", File.ReadAllText(Path.Combine(Root, "tree")));
        Assert.Equal(["l0", "l1", "l2", "l3", "l4", "l5", "tree"], Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).Order());

        // What was overwritten is gone too, from where it was put meanwhile.
        Assert.Equal(["blob", "fs"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Removal_takes_wide_and_deep_trees_and_no_link()
    {
        Directory.CreateDirectory(Root + "/victim");
        File.WriteAllText(Root + "/victim/kept", "kept");
        Directory.CreateDirectory(Root + "/tree/.quai-removing-0/x");
        using FileDescriptor root = FileCalls.OpenDirectory(Root);
        for (int branch = 0; branch < 3; branch++)
        {
            Nest(root, $"tree/b{branch}", 700);
        }

        for (int i = 0; i < 3000; i++)
        {
            File.WriteAllText($"{Root}/tree/f{i}", "");
        }

        Directory.CreateSymbolicLink(Root + "/tree/link", Root + "/victim");
        FileCalls.RemoveTree(root.Number, "tree");
        Assert.Equal(["victim"], Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName));
        Assert.Equal("kept", File.ReadAllText(Root + "/victim/kept"));
    }

    [Fact]
    public void Measuring_ends_where_paths_end()
    {
        Directory.CreateDirectory(Root);
        using FileDescriptor root = FileCalls.OpenDirectory(Root);
        Nest(root, "tree", 2500);
        File.WriteAllText(Root + "/file", "12345");
        Assert.Equal(5, FileCalls.TreeSize(root.Number));
        Assert.Equal(5, FileTree.ApparentSize(Root));
        Assert.Equal(0, FileTree.ApparentSize(Root + "/missing"));
    }

    [Fact]
    public void Copied_in_directories_have_their_times_though_few_are_remembered()
    {
        Directory.CreateDirectory(Root);
        var tar = new RawTar().Directory("top/", mtime: 11).Directory("top/inner/", mtime: 12);
        for (int i = 0; i < DirectoryTimes.Most + 100; i++)
        {
            tar.Directory($"top/inner/d{i}/", mtime: 100 + i);
        }

        tar.Directory("top/was/", mtime: 13).File("top/was", "a file now").File("top/inner/last");
        using (FileDescriptor root = FileCalls.OpenDirectory(Root))
        using (var extractor = new TreeExtractor(root, "/", new TreeExtractorOptions()))
        {
            extractor.Extract(new TarReader(new MemoryStream(tar.End())), default);
        }

        Assert.Equal((11, 12, 1), (Modified("top"), Modified("top/inner"), Modified("top/was")));
        for (int i = 0; i < DirectoryTimes.Most + 100; i += 97)
        {
            Assert.Equal((i, 100L + i), (i, Modified($"top/inner/d{i}")));
        }
    }

    [Fact]
    public void A_path_named_again_and_again_is_remembered_once()
    {
        int set = 0;
        var times = new DirectoryTimes((_, _, _) => set++);
        for (int i = 0; i < 5 * DirectoryTimes.Most; i++)
        {
            times.Add(i % 2 == 0 ? "/a"u8.ToArray() : "/a/b"u8.ToArray(), 1, default);
        }

        times.Finish();
        Assert.InRange(set, 2, 5 * DirectoryTimes.Most);
    }

    [Fact]
    public void Names_come_in_sorted_parts_and_each_once()
    {
        Directory.CreateDirectory(Root);
        for (int i = 0; i < 5000; i++)
        {
            File.WriteAllText($"{Root}/{i:d5}", "");
        }

        using FileDescriptor root = RootedFiles.OpenDirectory(Root);
        List<string> all = [];
        int parts = 0;
        while (TreeEntries.NextNames(root.Number, 100) is { Count: > 0 } names)
        {
            List<string> part = [.. names.Select(n => System.Text.Encoding.ASCII.GetString(n).TrimEnd('\0'))];
            Assert.Equal(part.Order(StringComparer.Ordinal), part);
            all.AddRange(part);
            parts++;
        }

        Assert.True(parts > 1);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i:d5}"), all.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_and_attributes_beyond_what_a_file_can_have_are_refused()
    {
        Read(new RawTar().Pax(("path", new string('x', 4095))).File("f").End());
        Assert.Contains("4096 bytes", Refusal(new RawTar().Pax(("path", new string('x', 4096))).File("f").End()), StringComparison.Ordinal);
        Assert.Contains("5000 bytes", Refusal(new RawTar().Add("@LongLink", 'L', new string('x', 5000)).File("f").End()), StringComparison.Ordinal);
        Assert.Contains("4096 bytes", Refusal(new RawTar().Pax(("linkpath", new string('x', 4096))).Symlink("f", "x").End()), StringComparison.Ordinal);
        Read(new RawTar().Pax([.. Enumerable.Range(0, 300).Select(i => ($"SCHILY.xattr.user.{i % 256}", "v"))]).File("f").End());
        Assert.Contains("more than 256 extended attributes", Refusal(new RawTar().Pax([.. Enumerable.Range(0, 257).Select(i => ($"SCHILY.xattr.user.{i}", "v"))]).File("f").End()), StringComparison.Ordinal);
        static string Refusal(byte[] tar) => Assert.Throws<QuaiException>(() => Read(tar)).Message;
    }

    [Fact]
    public void Extension_headers_take_no_memory_each()
    {
        var tar = new RawTar();
        string comment = new('x', 900_000);
        for (int i = 0; i < 20; i++)
        {
            tar.Add("g", 'g', comment).Pax(("comment", comment)).File($"f{i}");
        }

        byte[] bytes = tar.End();
        Read(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public async Task Sizes_beyond_all_measure_do_not_turn_negative()
    {
        string size = (1L << 43).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var tar = new RawTar();
        for (int i = 0; i < 3; i++)
        {
            tar.Pax(("GNU.sparse.major", "0"), ("GNU.sparse.minor", "1"), ("GNU.sparse.name", $"f{i}"), ("GNU.sparse.size", size), ("GNU.sparse.map", "0,0")).File($"f{i}");
        }

        Assert.Equal(3L << 43, (await UnpackAsync(tar.End())).Size);
    }

    private static void Read(byte[] tar)
    {
        var reader = new TarReader(new MemoryStream(tar));
        while (reader.MoveNext())
        {
            // Only the headers count.
        }
    }

    private static unsafe void Nest(FileDescriptor root, string top, int depth)
    {
        FileCalls.MakeDirectory(root.Number, top, 0x1ed);
        FileDescriptor at = Openat2.Open(root.Number, top, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        for (int i = 0; i < depth; i++)
        {
            FileCalls.MakeDirectory(at.Number, "a", 0x1ed);
            FileDescriptor next = Openat2.Open(at.Number, "a", FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
            at.Dispose();
            at = next;
        }

        at.Dispose();
    }

    private long Modified(string path)
    {
        using FileDescriptor root = FileCalls.OpenDirectory(Root);
        return FileCalls.Status(root.Number, path).Times.ModifySeconds;
    }

    private async Task<LayerUnpacker.Result> UnpackAsync(byte[] tar)
    {
        string blob = Path.Combine(_folder, "blob");
        await File.WriteAllBytesAsync(blob, tar);
        Directory.CreateDirectory(Root);
        return await LayerUnpacker.UnpackAsync(blob, Root, null, default);
    }
}
