using Quai.Build.Frontends;
using Quai.Errors;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>What is wrong is said in BuildKit's words, with its place.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("FRM alpine", 1, "unknown instruction: FRM (did you mean FROM?)")]
    [InlineData("FROM alpine\nWHATEVER x", 2, "unknown instruction: WHATEVER")]
    [InlineData("RUN true\nFROM alpine", 1, "no build stage in current context")]
    [InlineData("FROM alpine\nCOPY --form=x a b", 2, "unknown flag: --form (did you mean from?)")]
    [InlineData("FROM alpine\nRUN --zzzzzz=x a b", 2, "unknown flag: --zzzzzz")]
    [InlineData("FROM alpine\nCOPY --from=a --from=b a b", 2, "duplicate flag specified: --from")]
    [InlineData("FROM alpine\nCOPY --from a b", 2, "missing a value on flag: --from")]
    [InlineData("FROM alpine\nCOPY --link= a b", 2, "missing a value on flag: --link")]
    [InlineData("FROM alpine\nCOPY --link=maybe a b", 2, "expecting boolean value for flag --link, not: maybe")]
    [InlineData("FROM alpine\nCMD --x y", 2, "unknown flag: --x")]
    [InlineData("FROM a b", 1, "FROM requires either one or three arguments")]
    [InlineData("FROM a AS 1b", 1, "invalid name for build stage: \"1b\", name can't start with a number or contain symbols")]
    [InlineData("FROM alpine\nRUN", 2, "RUN requires at least one argument")]
    [InlineData("FROM alpine\nRUN --network=nose x", 2, "invalid network mode \"nose\" (did you mean none?)")]
    [InlineData("FROM alpine\nRUN --security=x x", 2, "security \"x\" is not valid")]
    [InlineData("FROM alpine\nRUN --mount=from=$x,target=/x x", 2, "'from' doesn't support variable expansion, define alias stage instead")]
    [InlineData("FROM alpine\nCOPY a", 2, "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM alpine\nADD a", 2, "ADD requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM alpine\nCOPY a <<EOF\nEOF", 2, "COPY cannot accept a heredoc as a destination")]
    [InlineData("FROM alpine\nENV", 2, "ENV requires at least one argument")]
    [InlineData("FROM alpine\nENV =x", 2, "ENV names can not be blank")]
    [InlineData("FROM alpine\nLABEL =x", 2, "LABEL names can not be blank")]
    [InlineData("FROM alpine\nARG =x", 2, "ARG names can not be blank")]
    [InlineData("FROM alpine\nARG", 2, "ARG requires at least one argument")]
    [InlineData("FROM alpine\nWORKDIR", 2, "WORKDIR requires exactly one argument")]
    [InlineData("FROM alpine\nUSER", 2, "USER requires exactly one argument")]
    [InlineData("FROM alpine\nSTOPSIGNAL", 2, "STOPSIGNAL requires exactly one argument")]
    [InlineData("FROM alpine\nMAINTAINER", 2, "MAINTAINER requires exactly one argument")]
    [InlineData("FROM alpine\nEXPOSE", 2, "EXPOSE requires at least one argument")]
    [InlineData("FROM alpine\nVOLUME", 2, "VOLUME requires at least one argument")]
    [InlineData("FROM alpine\nVOLUME [\"\"]", 2, "VOLUME specified can not be an empty string")]
    [InlineData("FROM alpine\nSHELL x", 2, "SHELL requires the arguments to be in JSON form")]
    [InlineData("FROM alpine\nONBUILD", 2, "ONBUILD requires at least one argument")]
    [InlineData("FROM alpine\nONBUILD ONBUILD RUN x", 2, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("FROM alpine\nONBUILD FROM x", 2, "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("FROM alpine\nHEALTHCHECK", 2, "HEALTHCHECK requires at least one argument")]
    [InlineData("FROM alpine\nHEALTHCHECK NONE x", 2, "HEALTHCHECK NONE takes no arguments")]
    [InlineData("FROM alpine\nHEALTHCHECK CMD", 2, "Missing command after HEALTHCHECK CMD")]
    [InlineData("FROM alpine\nHEALTHCHECK EXEC x", 2, "Unknown type \"EXEC\" in HEALTHCHECK (try CMD)")]
    [InlineData("FROM alpine\nHEALTHCHECK --interval=1us CMD x", 2, "Interval \"interval\" cannot be less than 1ms")]
    [InlineData("FROM alpine\nHEALTHCHECK --timeout=x CMD x", 2, "time: invalid duration \"x\"")]
    [InlineData("FROM alpine\nHEALTHCHECK --retries=-1 CMD x", 2, "--retries cannot be negative (-1)")]
    public async Task A_wrong_form_is_an_error_of_the_parser(string dockerfile, int line, string problem)
    {
        SourceException refused = await Assert.ThrowsAsync<SourceException>(() => new FakeHost().BuildAsync(dockerfile));
        Assert.Equal(($"dockerfile parse error on line {line}: {problem}", line), (refused.Message, Assert.Single(refused.Ranges).Start.Line));
        Assert.Equal("Dockerfile", refused.SourceFile.Filename);
    }

    [Theory]
    [InlineData("FROM $X", 1, "base name ($X) should not be blank")]
    [InlineData("ARG X=${Y\nFROM $X", 1, "failed to process \"${Y\": syntax error: missing '}'")]
    [InlineData("FROM --platform=$X alpine", 1, "empty platform value from expression $X")]
    [InlineData("FROM --platform=a/b/c/d alpine", 1, "failed to parse platform a/b/c/d: \"a/b/c/d\": cannot parse platform specifier: invalid argument")]
    [InlineData("FROM Alpine", 1, "failed to parse stage name \"Alpine\": invalid reference format: repository name (library/Alpine) must be lowercase")]
    [InlineData("FROM alpine AS build\nFROM buidl", 2, "buidl: failed to resolve source metadata for docker.io/library/buidl:latest: docker.io/library/buidl:latest: not found (did you mean build?)")]
    [InlineData("FROM alpine\nCOPY --from=3 a b", 2, "invalid stage index 3")]
    [InlineData("FROM alpine AS a\nCOPY --from=a x y", 1, "circular dependency detected on stage: a")]
    [InlineData("FROM alpine AS a\nCOPY --from=b x y\nFROM a AS b", 1, "circular dependency detected on stage: a")]
    [InlineData("FROM alpine\nCOPY --from=0 x y", 2, "circular dependency detected on stage: ")]
    [InlineData("FROM alpine AS a\nCOPY --from=b x y\nFROM alpine AS b\nFROM alpine\nCOPY --from=a x y", 2, "cannot copy from stage \"b\", it needs to be defined before current stage \"a\"")]
    [InlineData("FROM alpine AS a\nRUN --mount=from=b,target=/m x\nFROM alpine AS b\nFROM a", 2, "cannot mount from stage \"b\" to \"/m\", stage needs to be defined before current command")]
    [InlineData("FROM alpine\nCOPY https://a.b/c /", 2, "source can't be a URL for COPY")]
    [InlineData("FROM alpine\nCOPY https://a.b/c.git /", 2, "source can't be a git ref for COPY")]
    [InlineData("FROM alpine\nADD --checksum=sha256:x https://a.b/c /", 2, "invalid checksum digest format")]
    [InlineData("FROM alpine\nADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa a b /", 2, "checksum can't be specified for multiple sources")]
    [InlineData("FROM alpine\nADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa a /", 2, "checksum requires HTTP(S) or Git sources")]
    [InlineData("FROM alpine\nCOPY --chmod=999 a /", 2, "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777")]
    [InlineData("FROM alpine\nCOPY --chmod=10000 a /", 2, "invalid chmod parameter: '10000'. it should be octal string and between 0 and 07777")]
    [InlineData("FROM alpine\nRUN echo\nEXPOSE abc", 3, "invalid containerPort: abc")]
    [InlineData("FROM alpine\nEXPOSE 80/icmp", 2, "invalid proto: icmp")]
    [InlineData("FROM alpine\nSTOPSIGNAL NOPE", 2, "invalid signal: NOPE")]
    [InlineData("FROM alpine\nWORKDIR $x", 2, "WORKDIR cannot be an empty string")]
    [InlineData("FROM alpine\nENV a=${b:?needed}", 2, "failed to process \"${b:?needed}\": b: needed")]
    [InlineData("FROM alpine\nRUN --mount=type=bnid,target=/x x", 2, "unsupported mount type \"bnid\" (did you mean bind?)")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,trget=/x x", 2, "unexpected key 'trget' in 'trget=/x' (did you mean target?)")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,target x", 2, "invalid field 'target' must be a key=value pair")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,target=/x,size=1m x", 2, "unexpected key 'size' for mount type 'bind'")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,target=/x,mode=0700 x", 2, "mode not allowed for \"bind\" type mounts")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,target=/x,ro=perhaps x", 2, "invalid value for ro: perhaps")]
    [InlineData("FROM alpine\nRUN --mount=type=cache,target=/x,mode=9 x", 2, "invalid value 9 for mode")]
    [InlineData("FROM alpine\nRUN --mount=type=cache,target=/x,uid=-1 x", 2, "invalid value -1 for uid")]
    [InlineData("FROM alpine\nRUN --mount=type=cache,target=/x,sharing=lock x", 2, "unsupported sharing value \"lock\" (did you mean locked?)")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,target=/x,sharing=locked x", 2, "invalid cache sharing set for bind mount")]
    [InlineData("FROM alpine\nRUN --mount=type=secret x", 2, "invalid secret mount. one of source, target required")]
    [InlineData("FROM alpine\nRUN --mount=type=secret,id=a,source=b x", 2, "both source and id can't be set")]
    [InlineData("FROM alpine\nRUN --mount=type=bind,target=/ x", 2, "invalid mount target \"/\"")]
    public async Task What_is_not_possible_is_an_error_of_its_instruction(string dockerfile, int line, string problem)
    {
        SourceException refused = await Assert.ThrowsAsync<SourceException>(() => new FakeHost().BuildAsync(dockerfile));
        Assert.Equal((problem, line), (refused.Message, Assert.Single(refused.Ranges).Start.Line));
    }

    [Theory]
    [InlineData("", "file with no instructions")]
    [InlineData("ARG x", "dockerfile contains no stages to build")]
    [InlineData("FROM alpine AS build", "target stage \"biuld\" could not be found (did you mean build?)", "target", "biuld")]
    [InlineData("FROM alpine", "invalid image-resolve-mode: x", "image-resolve-mode", "x")]
    [InlineData("FROM alpine", "invalid netmode x", "force-network-mode", "x")]
    [InlineData("FROM alpine", "failed to parse additional hosts: invalid key-value pair x", "add-hosts", "x")]
    [InlineData("FROM alpine", "failed to parse additional hosts: failed to parse IP y", "add-hosts", "x=y")]
    [InlineData("FROM alpine", "failed to parse ulimit: invalid ulimit argument: x", "ulimit", "x")]
    [InlineData("FROM alpine", "failed to parse ulimit: ulimit soft limit must be less than or equal to hard limit: 2 > 1", "ulimit", "x=2:1")]
    [InlineData("FROM alpine", "failed to read dockerfile: open other: no such file or directory", "filename", "other")]
    [InlineData("FROM alpine", "unsupported request frontend.nothing", "requestid", "frontend.nothing")]
    public async Task What_is_asked_wrongly_is_refused(string dockerfile, string problem, string name = "target", string value = "")
    {
        QuaiException refused = await Assert.ThrowsAnyAsync<QuaiException>(() => new FakeHost().BuildAsync(dockerfile, (name, value)));
        Assert.Equal(problem, refused.Message);
    }
}
