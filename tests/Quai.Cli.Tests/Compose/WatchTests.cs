using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Watching;
using Quai.Compose.Model;
using Quai.Compose.Model.Building;
using Xunit;

namespace Quai.Cli.Tests.Compose;

/// <summary>Which files the rules of <c>develop.watch</c> are about, and what their changes ask for.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-watch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("src/a.txt", "/app/a.txt")]
    [InlineData("src/deep/b.txt", "/app/deep/b.txt")]
    [InlineData("src", "/app")]
    [InlineData("srcs/a.txt", null)]
    [InlineData("other/a.txt", null)]
    [InlineData("src/x.log", null)]
    [InlineData("src/deep/x.log", "/app/deep/x.log")]
    [InlineData("src/node_modules", null)]
    [InlineData("src/node_modules/deep/n.js", null)]
    [InlineData("src/secret/key", null)]
    [InlineData("src/.git/index", null)]
    [InlineData("src/.a.txt.swp", null)]
    [InlineData("src/a.txt~", null)]
    public void A_rule_is_about_what_is_beneath_its_path_and_not_ignored(string path, string? target)
    {
        File.WriteAllText(Path.Combine(_folder, ".dockerignore"), "# not these\nsrc/secret\n");
        Directory.CreateDirectory(Path.Combine(_folder, "src"));
        WatchedRule rule = Rule("sync", "src", "/app/", ignore: ["node_modules/", "*.log"]);
        Assert.Equal(target, rule.Of(Path.Combine(_folder, path))?.Target);
    }

    [Theory]
    [InlineData("src/a.go", true)]
    [InlineData("src/deep/a.go", false)]
    [InlineData("src/lib/a.txt", true)]
    [InlineData("src/a.txt", false)]
    [InlineData("src/lib/x.log", false)]
    public void What_is_included_is_all_that_a_rule_is_about(string path, bool isIncluded) =>
        Assert.Equal(isIncluded, Rule("rebuild", "src", include: ["*.go", "lib"], ignore: ["**/*.log"]).Of(Path.Combine(_folder, path)) is not null);

    [Fact]
    public void A_pattern_that_is_malformed_is_told_with_its_service()
    {
        ExitException e = Assert.Throws<ExitException>(() => Rule("sync", "src", "/app", ignore: ["[a"]));
        Assert.Contains("service \"web\": develop.watch: the patterns for ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_thing_is_done_once_however_many_files_have_changed()
    {
        WatchedRule[] rules = [Rule("sync+restart", "src", "/app"), Rule("rebuild", "go.mod"), Rule("restart", "src"), Rule("sync", "not-changed", "/x")];
        Touch("src/a.txt");
        Touch("src/new/b.txt");
        WatchBatch batch = WatchBatch.Of(rules, [Path.Combine(_folder, "src/new"), Path.Combine(_folder, "src/a.txt"), Path.Combine(_folder, "src/gone.txt"), Path.Combine(_folder, "go.mod")]);
        Assert.Equal(["web"], batch.Rebuilt);
        Assert.Equal(["web"], batch.Restarted);
        Assert.Equal(["web"], batch.Synced.Keys);
        Assert.Equal(["/app/a.txt", "/app/gone.txt", "/app/new", "/app/new/b.txt"], batch.Synced["web"].Select(file => file.Target).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_that_has_gone_takes_nothing_with_it_that_was_not_in_it()
    {
        Touch("src/a.txt");
        WatchedRule rule = Rule("sync", "src", "/app");
        Directory.Delete(Path.Combine(_folder, "src"), recursive: true);
        WatchBatch batch = WatchBatch.Of([rule], [Path.Combine(_folder, "src"), Path.Combine(_folder, "src/a.txt")]);
        Assert.Equal(["/app/a.txt"], batch.Synced["web"].Select(file => file.Target));
    }

    [Fact]
    public void A_link_to_a_folder_is_not_followed()
    {
        Touch("src/a.txt");
        File.CreateSymbolicLink(Path.Combine(_folder, "src/back"), "..");
        Assert.Equal(["/app", "/app/a.txt", "/app/back"], Rule("sync", "src", "/app").All().Select(file => file.Target));
    }

    [Fact]
    public async Task Changes_are_gathered_until_it_is_quiet()
    {
        Touch("src/a.txt");
        Touch("one.txt");
        Touch("two.txt");
        using ChangeFeed feed = new([Path.Combine(_folder, "src"), Path.Combine(_folder, "src/a.txt"), Path.Combine(_folder, "one.txt")], TimeProvider.System);
        Touch("src/a.txt");
        Touch("src/b.txt");
        Touch("two.txt");
        File.Move(Path.Combine(_folder, "src/b.txt"), Path.Combine(_folder, "src/c.txt"));
        File.Move(Path.Combine(_folder, "two.txt"), Path.Combine(_folder, "one.txt"), overwrite: true);
        IReadOnlyCollection<string> changed = await feed.NextAsync(CancellationToken.None);
        Assert.Equal(["one.txt", "src/a.txt", "src/b.txt", "src/c.txt"], changed.Select(path => Path.GetRelativePath(_folder, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_made_anew_is_watched_again()
    {
        Touch("src/a.txt");
        using ChangeFeed feed = new([Path.Combine(_folder, "src")], TimeProvider.System);
        Directory.Delete(Path.Combine(_folder, "src"), recursive: true);
        Assert.Contains(Path.Combine(_folder, "src/a.txt"), await feed.NextAsync(CancellationToken.None));
        Touch("src/b.txt");
        Assert.Contains(Path.Combine(_folder, "src"), await feed.NextAsync(CancellationToken.None));
        Touch("src/b.txt");
        Assert.Equal([Path.Combine(_folder, "src/b.txt")], await feed.NextAsync(CancellationToken.None));
    }

    [Fact]
    public void A_path_at_which_there_is_nothing_is_told()
    {
        ExitException e = Assert.Throws<ExitException>(() => new ChangeFeed([Path.Combine(_folder, "not-there")], TimeProvider.System));
        Assert.Contains($"there is no file or folder {_folder}/not-there", e.Message, StringComparison.Ordinal);
    }

    private WatchedRule Rule(string action, string path, string target = "", string[]? include = null, string[]? ignore = null) => new(
        new ComposeService { Name = "web", Build = new() { Context = _folder } },
        new WatchRule { Action = action, Path = Path.Combine(_folder, path), Target = target, Include = include ?? [], Ignore = ignore ?? [] });

    private void Touch(string path)
    {
        string whole = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, "text");
    }
}
