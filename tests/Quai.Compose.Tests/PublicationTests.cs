using Quai.Compose.Publishing;

namespace Quai.Compose.Tests;

/// <summary>What of a project is published, and under which names.</summary>
public sealed class PublicationTests
{
    private const int NameLength = 64 + 4;

    [Theory]
    [InlineData("services:\n  a:\n    env_file: [v.env, \"w.env\"] # v.env\n", 2)]
    [InlineData("services:\n  a:\n    env_file:\n      - path: 'v.env'\n        required: false\n      - v.env\n", 1)]
    [InlineData("services: {a: {env_file: v.env}, b: {env_file: v.env}}", 1)]
    public void Files_of_variables_go_by_other_names(string text, int count)
    {
        IReadOnlyList<PublishedFile> files = Of(text);
        Assert.Equal(count, files.Count(file => file.Kind == PublishedFileKind.Variables));
        Assert.All(files.Skip(1), file => Assert.Contains(file.Name, files[0].Text, StringComparison.Ordinal));
        Assert.All(files.Skip(1), file => Assert.Equal(NameLength, file.Name.Length));
        Assert.DoesNotContain(" v.env,", files[0].Text, StringComparison.Ordinal);
        Assert.Equal(text.Split('\n').Length, files[0].Text.Split('\n').Length);
        Assert.Equal(text.Contains("# v.env", StringComparison.Ordinal), files[0].Text.Contains("# v.env", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_extended_goes_along_and_what_that_names()
    {
        IReadOnlyList<PublishedFile> files = Of("services: {a: {extends: {file: deep/b.yaml, service: b}}, c: {extends: {file: deep/b.yaml, service: b}}}");
        Assert.Equal([PublishedFileKind.Project, PublishedFileKind.Extended, PublishedFileKind.Variables], files.Select(file => file.Kind).Order());
        Assert.Contains(files.Single(file => file.Kind == PublishedFileKind.Variables).Name, files.Single(file => file.Kind == PublishedFileKind.Extended).Text, StringComparison.Ordinal);
        Assert.Equal("D=1\n", files.Single(file => file.Kind == PublishedFileKind.Variables).Text);
    }

    [Theory]
    [InlineData("services: {a: {env_file: not-there.env}}", "not-there.env not found")]
    [InlineData("services: {a: {env_file: \"${X}.env\"}}", "a file that variables name cannot be published")]
    [InlineData("services:\n  a:\n    env_file: >-\n      v.env\n", "must stand in one line")]
    [InlineData("include: [v.env]\nservices: {}", "cannot publish compose file with local includes")]
    [InlineData("include: [{path: [v.env]}]\nservices: {}", "cannot publish compose file with local includes")]
    public void What_cannot_be_published_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ComposeException>(() => Of(text)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<PublishedFile> Of(string text) =>
        new ProjectPublication(new CaseFiles(new(("compose.yaml", text), ("v.env", "V=1\n"), ("w.env", "W=1\n"), ("deep/b.yaml", "services: {b: {env_file: d.env}}"), ("deep/d.env", "D=1\n")))).Of([ComposeCase.ProjectFolder + "/compose.yaml"]);
}
