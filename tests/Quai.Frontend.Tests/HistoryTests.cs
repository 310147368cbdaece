using Quai.Build.Jobs;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>Histories and settings, as BuildKit wrote them for the same files.</summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task Settings_are_in_the_history_as_BuildKit_has_them()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host(await File.ReadAllTextAsync(Path.Combine(Folder(), "settings.Dockerfile"))));
        string[] wanted =
        [
            "- ARG G=glob", "- ARG X=1 Y", "- ENV A=1 B=two words C=1", "- ENV A=2 3", "- LABEL l=1 k y=v w", "- MAINTAINER me <x@y>", "- EXPOSE [443/tcp 53/udp 80/tcp 90/tcp 91/tcp]",
            "- VOLUME [/a /b]", "- VOLUME [/c d]", "- USER 7:8", "+ WORKDIR /work", "+ WORKDIR /work/sub", "- SHELL [/bin/bash -c]", "- CMD [\"/bin/bash\" \"-c\" \"echo $A \\\"q\\\"\"]",
            "- ENTRYPOINT [\"a\" \"b\\\"c\"]", "- STOPSIGNAL SIGTERM", "- HEALTHCHECK &{[\"CMD-SHELL\" \"curl -f \\\"x\\\"\"] \"5m0s\" \"3s\" \"0s\" \"0s\" '\\x03'}", "- USER root", "- ARG A=9", "- ENV D=9",
            "- HEALTHCHECK &{[\"NONE\"] \"0s\" \"0s\" \"0s\" \"0s\" '\\x00'}", "- CMD []", "+ COPY a /onb # buildkit", "- ARG G=x",
        ];
        Assert.Equal(wanted, Frontends.History(result));
    }

    [Fact]
    public async Task Values_are_in_the_history_as_BuildKit_has_them()
    {
        const string file = "FROM scratch\nENV A=1\nARG A=2\nENV D=$A\nCOPY a b c\nWORKDIR /x//y/../z/\nWORKDIR .\nCOPY a .\nCOPY . ./\nEXPOSE 80/TCP\nEXPOSE 127.0.0.1:8000:80\n"
            + "ENV E=\"it's\" F='x \"y\"' G=a\\ b H=${U:-dflt}\nCMD [\"a\", \"é\\t\\u0001\"]\nHEALTHCHECK --interval=1h1m1.5s --start-period=100ms CMD [\"x\"]";
        string[] wanted =
        [
            "- ENV A=1", "- ARG A=2", "- ENV D=2", "+ COPY a b c # buildkit", "+ WORKDIR /x//y/../z/", "+ WORKDIR /x/z", "+ COPY a . # buildkit", "+ COPY . ./ # buildkit", "- EXPOSE [80/tcp]", "- EXPOSE [80/tcp]",
            "- ENV E=it's F=x \"y\" G=a b H=dflt", "- CMD [\"a\" \"é\\t\\x01\"]", "- HEALTHCHECK &{[\"CMD\" \"x\"] \"1h1m1.5s\" \"0s\" \"100ms\" \"0s\" '\\x00'}",
        ];
        Assert.Equal(wanted, Frontends.History(await Frontends.RunAsync(Frontends.Host(file))));
    }

    [Fact]
    public async Task A_stage_has_the_variables_of_the_one_it_begins_with()
    {
        const string file = "FROM scratch AS b\nARG IN=1\nENV P=q\nFROM b\nENV Z=$IN$P\nENV 'q r'=1\nENV T=${Z:+x} W=${Z#1}\nLABEL \"a\"=b c=\"d e\" \\\n  f=g\nARG R=$Z\nENV S=\\$Z U='$Z'\nEXPOSE ${NOPE:-81}";
        string[] wanted = ["- ARG IN=1", "- ENV P=q", "- ENV Z=1q", "- ENV q r=1", "- ENV T=x W=q", "- LABEL a=b c=d e f=g", "- ARG R=1q", "- ENV S=$Z U=$Z", "- EXPOSE [81/tcp]"];
        Assert.Equal(wanted, Frontends.History(await Frontends.RunAsync(Frontends.Host(file))));
    }

    [Fact]
    public async Task A_long_file_is_compiled()
    {
        string file = "FROM busybox\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"RUN {i}\n"));
        SolveResult result = await Frontends.RunAsync(Frontends.Host(file));
        Assert.Equal(20_002, result.Ref!.Definition.Def.Count);
    }

    [Fact]
    public async Task What_is_nested_deeply_is_refused()
    {
        string nested = string.Concat(Enumerable.Repeat("${a:-", 100_000)), triggers = string.Concat(Enumerable.Repeat("ONBUILD ", 100_000));
        await Assert.ThrowsAnyAsync<Errors.QuaiException>(() => Frontends.RunAsync(Frontends.Host("FROM scratch\nENV a=" + nested)));
        await Assert.ThrowsAnyAsync<Errors.QuaiException>(() => Frontends.RunAsync(Frontends.Host("FROM scratch\n" + triggers + "RUN x")));
    }

    [Fact]
    public async Task A_RUN_has_its_arguments_before_it()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host("FROM busybox\nARG A=1\nARG B\nRUN x"), ("build-arg:A", "2"), ("build-arg:HTTP_PROXY", "p"));
        Assert.Equal(["+ ADD busybox", "- ARG A=2", "- ARG B", "+ RUN |2 A=2 B= /bin/sh -c x # buildkit"], Frontends.History(result));
    }

    [Fact]
    public async Task A_named_platform_has_a_result_of_its_own()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host("FROM scratch\nARG TARGETARCH\nCOPY bin-$TARGETARCH /"), ("platform", "linux/amd64,linux/arm64"));
        Assert.Equal(["linux/amd64", "linux/arm64"], result.Refs!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("arm64", Frontends.Config(result, "containerimage.config/linux/arm64").GetProperty("architecture").GetString());
        Assert.Equal("""{"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}},{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}}]}""", Frontends.Text(result, "refs.platforms"));
        Assert.Contains("bin-arm64", GraphText.Write(result.Refs["linux/arm64"]!.Definition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_the_target_needs_is_compiled()
    {
        FakeHost host = Frontends.Host("FROM nowhere AS unneeded\nRUN x\nFROM scratch AS Wanted\nCOPY a /\nFROM wanted AS last\nRUN y");
        SolveResult result = await Frontends.RunAsync(host, ("target", "WANTED"), ("label:x", "y"));
        Assert.Equal(["+ COPY a / # buildkit"], Frontends.History(result));
        Assert.Equal("y", Frontends.Config(result).GetProperty("config").GetProperty("Labels").GetProperty("x").GetString());
    }

    [Fact]
    public async Task What_is_given_stands_for_an_image()
    {
        FakeHost host = Frontends.Host("FROM alpine\nCOPY --from=data a /");
        SolveResult result = await Frontends.RunAsync(host, ("context:alpine", "docker-image://busybox"), ("context:data", "local:dir"));
        string graph = GraphText.Write(result.Ref!.Definition);
        Assert.Contains("docker-image://docker.io/library/busybox:latest@" + FakeHost.Digest, graph, StringComparison.Ordinal);
        Assert.Contains("[context data] load from client\n  local://dir\n  local.followpaths = [\"a\"]\n", graph, StringComparison.Ordinal);
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Data");
}
