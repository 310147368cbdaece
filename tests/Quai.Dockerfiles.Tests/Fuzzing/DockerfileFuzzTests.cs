using System.Text;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Dockerfiles.Words;
using Xunit;

namespace Quai.Dockerfiles.Tests.Fuzzing;

/// <summary>Dockerfiles, ignore files and words are read, or refused by a typed error.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class DockerfileFuzzTests
{
    private static readonly string[] s_words =
    [
        "FROM ", "FROM scratch AS a\n", " AS ", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL ", "ONBUILD ", "HEALTHCHECK ", "SHELL [\"", "CMD [", "ENTRYPOINT ", "USER ", "VOLUME ", "WORKDIR ", "EXPOSE ", "STOPSIGNAL ", "MAINTAINER ",
        "--from=", "--chown=", "--chmod=", "--link", "--parents", "--exclude=", "--mount=type=", "cache", "secret", "ssh", "tmpfs", "bind", ",target=", ",id=", "--network=", "--security=", "--platform=$", "<<EOF\n", "<<-'EOF'\n", "EOF\n",
        "\\\n", "`\n", "# syntax=", "# escape=`\n", "# check=skip=", "#", "\n", "\r\n", "\t", "$", "${", "}", ":-", ":+", "%", "##", "//", "\"", "'", "[", "]", "\uFEFF", "\0", "--interval=", "1h", "NONE",
    ];

    [Fact]
    public void A_dockerfile_is_read_or_refused() => Fuzz.Holds(new Property("dockerfile", input =>
    {
        SyntaxTree tree = DockerfileReader.Read(input);
        StageList.Read(tree);
    })
    {
        Seeds = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Data"), "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".md", StringComparison.Ordinal)).Select(File.ReadAllBytes)],
        Mutate = TextMutator.With(s_words),
        Generate = TextMutator.Of(s_words),
    });

    [Fact]
    public void An_ignore_file_is_read_and_asked() => Fuzz.Holds(new Property("dockerignore", input =>
    {
        var rules = new IgnoreRules(IgnoreFile.Read(input));
        foreach (string path in (ReadOnlySpan<string>)["a", "a/b", "a/b/c.txt", ".git/config", "ä/ö", new string('x', 200), "a/" + new string('a', 100)])
        {
            rules.Ignores(path);
        }
    })
    {
        Seeds = TextMutator.Seeds("*.md\n!README*.md\n# c\n**/node_modules\n", "a/**/b\n[a-z]?\\*\n/x\n", "**/**/*a*a*a*a*a*b\n"),
        Mutate = TextMutator.With("*", "**", "**/", "?", "[", "]", "[^", "-", "\\", "!", "/", "\n", "#", ".."),
    });

    [Fact]
    public void Words_are_expanded_or_refused() => Fuzz.Holds(new Property("dockerfile-word", input =>
    {
        var expander = new WordExpander('\\', name => name.Length % 2 == 0 ? null : "va*lue/of " + name);
        string text = Encoding.UTF8.GetString(input);
        expander.Expand(text);
    })
    {
        Seeds = TextMutator.Seeds("$A ${B} ${C:-d} ${E:+f}", "${A%.*} ${A##*/} ${A/x/y} ${A//x/y} ${A/#x/y}", "'$A' \"$B\" \\$C", "${A:-${B:-${C}}}"),
        Mutate = TextMutator.With("$", "${", "}", ":-", ":+", ":?", "%", "%%", "#", "##", "/", "//", "*", "?", "[", "]", "'", "\"", "\\", "A", "BB"),
    });
}
