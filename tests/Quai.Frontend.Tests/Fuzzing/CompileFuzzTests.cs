using System.Text;
using Quai.Build.Graphs;
using Quai.Build.Jobs;
using Xunit;

namespace Quai.Frontend.Tests.Fuzzing;

/// <summary>Dockerfiles become graphs that the solver can read, or are refused.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class CompileFuzzTests
{
    private static readonly string[] s_words =
    [
        "FROM busybox\n", "FROM busybox AS a\n", "FROM a\n", "FROM scratch\n", "FROM --platform=$BUILDPLATFORM busybox\n", "COPY --from=a / /\n", "COPY --from=0 x y\n", "COPY a b\n", "COPY . .\n", "ADD https://e.org/x /\n", "ADD --checksum=sha256:00 http://e.org/x /\n",
        "RUN true\n", "RUN <<E\nx\nE\n", "RUN --mount=type=cache,target=/c true\n", "RUN --mount=type=bind,from=a,target=/m true\n", "RUN --mount=type=secret,id=s true\n", "ARG A=b\n", "ENV A=$A B=${A:-c}\n", "ONBUILD RUN x\n", "WORKDIR x\n",
        "USER 1:2\n", "LABEL a=b\n", "VOLUME [\"/v\"]\n", "EXPOSE 1-3/udp\n", "HEALTHCHECK CMD x\n", "SHELL [\"a\"]\n", "STOPSIGNAL 9\n", "CMD x\n", "ENTRYPOINT [\"y\"]\n", "--chown=a:b ", "--chmod=u=rwx,g+s ", "--link ", "--parents ", "--exclude=* ", "$A", "# check=error=true\n",
    ];

    [Fact]
    public void A_dockerfile_is_compiled_or_refused() => Fuzz.Holds(new Property("dockerfile-compile", async input =>
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host(Encoding.UTF8.GetString(input), ("a", "1"), (".dockerignore", "x")));
        if (result.Ref is { } made)
        {
            Assert.NotNull(GraphReader.Read(made.Definition));
        }
    })
    {
        Seeds = TextMutator.Seeds(
            "FROM busybox AS a\nARG V=1\nRUN --mount=type=cache,target=/c make $V\nFROM scratch\nCOPY --from=a --chown=1:2 --chmod=644 /x /y\nCMD [\"/y\"]\n",
            "FROM busybox\nONBUILD COPY . .\nWORKDIR /w\nENV A=b\nEXPOSE 80/tcp\nHEALTHCHECK --interval=3s CMD true\nRUN <<EOF\necho $A\nEOF\nLABEL a=b\nUSER x\n",
            "FROM --platform=$BUILDPLATFORM busybox\nADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 https://example.org/a.tar /a\nCOPY --parents --exclude=*.o a/*/b /d/\n"),
        Mutate = TextMutator.With(s_words),
        Generate = TextMutator.Of(s_words),
    });
}
