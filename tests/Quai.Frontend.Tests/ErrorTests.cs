using Quai.Build.Frontends;
using Quai.Errors;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>What is said of Dockerfiles that are wrong: each message is what Docker 28.5 says of the same file.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("FRM scratch", "dockerfile parse error on line 1: unknown instruction: FRM (did you mean FROM?)")]
    [InlineData("FROM scratch\nCOPY a", "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nCOPY --form=x a b", "dockerfile parse error on line 2: unknown flag: --form (did you mean from?)")]
    [InlineData("FROM scratch\nCOPY --from=x --from=y a b", "dockerfile parse error on line 2: duplicate flag specified: --from")]
    [InlineData("FROM scratch\nCOPY --from a b", "dockerfile parse error on line 2: missing a value on flag: --from")]
    [InlineData("FROM scratch\nCOPY --link=maybe a b", "dockerfile parse error on line 2: expecting boolean value for flag --link, not: maybe")]
    [InlineData("FROM scratch\nCOPY --link= a b", "dockerfile parse error on line 2: missing a value on flag: --link")]
    [InlineData("FROM a b", "dockerfile parse error on line 1: FROM requires either one or three arguments")]
    [InlineData("FROM scratch AS 1x", "dockerfile parse error on line 1: invalid name for build stage: \"1x\", name can't start with a number or contain symbols")]
    [InlineData("FROM", "dockerfile parse error on line 1: FROM requires either one or three arguments")]
    [InlineData("FROM scratch\nONBUILD ONBUILD RUN x", "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("FROM scratch\nONBUILD FROM x", "dockerfile parse error on line 2: FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("FROM scratch\nONBUILD", "dockerfile parse error on line 2: ONBUILD requires at least one argument")]
    [InlineData("FROM scratch\nRUN --mount=type=foo x", "unsupported mount type \"foo\"")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,foo=bar,target=/x x", "unexpected key 'foo' in 'foo=bar' (did you mean from?)")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,foo,target=/x x", "invalid field 'foo' must be a key=value pair")]
    [InlineData("FROM scratch\nRUN --mount=type=secret x", "invalid secret mount. one of source, target required")]
    [InlineData("FROM scratch\nRUN --mount=type=cache,sharing=x,target=/a x", "unsupported sharing value \"x\"")]
    [InlineData("FROM scratch\nRUN --mount=type=cache,target=/a,readonly=maybe x", "invalid value for readonly: maybe")]
    [InlineData("FROM scratch\nRUN --mount=type=tmpfs,target=/a,size=abc x", "invalid value for size: abc")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,target=/ x", "invalid mount target \"/\"")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,mode=0755,target=/x x", "mode not allowed for \"bind\" type mounts")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,from=$x,target=/x x", "dockerfile parse error on line 2: 'from' doesn't support variable expansion, define alias stage instead")]
    [InlineData("FROM scratch\nRUN --mount=type=cache,mode=99,target=/x x", "invalid value 99 for mode")]
    [InlineData("FROM scratch\nRUN --mount=type=secret,id=a,source=b x", "both source and id can't be set")]
    [InlineData("FROM scratch\nRUN --mount=type=secret,id=a,target=/x,sharing=locked x", "secret mount should not define sharing")]
    [InlineData("FROM scratch\nRUN --network=foo x", "dockerfile parse error on line 2: invalid network mode \"foo\"")]
    [InlineData("FROM scratch\nCMD --x y", "dockerfile parse error on line 2: unknown flag: --x")]
    [InlineData("FROM scratch\nSHELL x", "dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form")]
    [InlineData("FROM scratch\nSHELL []", "dockerfile parse error on line 2: SHELL requires at least one argument")]
    [InlineData("FROM scratch\nWORKDIR", "dockerfile parse error on line 2: WORKDIR requires exactly one argument")]
    [InlineData("FROM scratch\nUSER", "dockerfile parse error on line 2: USER requires exactly one argument")]
    [InlineData("FROM scratch\nVOLUME", "dockerfile parse error on line 2: VOLUME requires at least one argument")]
    [InlineData("FROM scratch\nVOLUME [\"/a\",\"\"]", "dockerfile parse error on line 2: VOLUME specified can not be an empty string")]
    [InlineData("FROM scratch\nSTOPSIGNAL", "dockerfile parse error on line 2: STOPSIGNAL requires exactly one argument")]
    [InlineData("FROM scratch\nSTOPSIGNAL FOO", "invalid signal: FOO")]
    [InlineData("FROM scratch\nARG", "dockerfile parse error on line 2: ARG requires at least one argument")]
    [InlineData("FROM scratch\nARG =x", "dockerfile parse error on line 2: ARG names can not be blank")]
    [InlineData("FROM scratch\nENV", "dockerfile parse error on line 2: ENV requires at least one argument")]
    [InlineData("FROM scratch\nENV =x", "dockerfile parse error on line 2: ENV names can not be blank")]
    [InlineData("FROM scratch\nENV a", "ENV must have two arguments")]
    [InlineData("FROM scratch\nLABEL", "dockerfile parse error on line 2: LABEL requires at least one argument")]
    [InlineData("FROM scratch\nMAINTAINER", "dockerfile parse error on line 2: MAINTAINER requires exactly one argument")]
    [InlineData("FROM scratch\nEXPOSE", "dockerfile parse error on line 2: EXPOSE requires at least one argument")]
    [InlineData("FROM scratch\nEXPOSE foo", "invalid containerPort: foo")]
    [InlineData("FROM scratch\nEXPOSE 80/foo", "invalid port: \"80/foo\": invalid proto: foo")]
    [InlineData("FROM scratch\nEXPOSE 99999", "invalid containerPort: 99999")]
    [InlineData("FROM scratch\nEXPOSE 90-80", "invalid containerPort: 90-80")]
    [InlineData("FROM scratch\nHEALTHCHECK", "dockerfile parse error on line 2: HEALTHCHECK requires at least one argument")]
    [InlineData("FROM scratch\nHEALTHCHECK NONE x", "dockerfile parse error on line 2: HEALTHCHECK NONE takes no arguments")]
    [InlineData("FROM scratch\nHEALTHCHECK FOO x", "dockerfile parse error on line 2: Unknown type \"FOO\" in HEALTHCHECK (try CMD)")]
    [InlineData("FROM scratch\nHEALTHCHECK CMD", "dockerfile parse error on line 2: Missing command after HEALTHCHECK CMD")]
    [InlineData("FROM scratch\nHEALTHCHECK --interval=1x CMD x", "dockerfile parse error on line 2: time: unknown unit \"x\" in duration \"1x\"")]
    [InlineData("FROM scratch\nHEALTHCHECK --interval=1us CMD x", "dockerfile parse error on line 2: Interval \"interval\" cannot be less than 1ms")]
    [InlineData("FROM scratch\nHEALTHCHECK --retries=-1 CMD x", "dockerfile parse error on line 2: --retries cannot be negative (-1)")]
    [InlineData("FROM scratch\nHEALTHCHECK --retries=x CMD x", "dockerfile parse error on line 2: strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("RUN x\nFROM scratch", "no build stage in current context")]
    [InlineData("ARG x", "dockerfile contains no stages to build")]
    [InlineData("FROM scratch\nCOPY a <<EOF\nEOF", "dockerfile parse error on line 2: COPY cannot accept a heredoc as a destination")]
    [InlineData("FROM scratch\nCOPY --chmod=999999 a b", "invalid chmod parameter: '999999'. it should be octal string and between 0 and 07777")]
    [InlineData("FROM scratch\nCOPY --chmod=x a b", "invalid syntax")]
    [InlineData("FROM scratch\nCOPY --from=9 a b", "invalid stage index 9")]
    [InlineData("FROM scratch\nCOPY --from=$x a b", "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround")]
    [InlineData("FROM scratch\nCOPY --from=later a b\nFROM scratch as later\nCOPY --from=0 c d", "circular dependency detected on stage: stage-0")]
    [InlineData("FROM scratch as a\nCOPY --from=a a b", "circular dependency detected on stage: a")]
    [InlineData("FROM scratch\nCOPY --from=later a b\nFROM scratch as later\nFROM scratch\nCOPY --from=0 a b", "cannot copy from stage \"later\", it needs to be defined before current stage \"stage-0\"")]
    [InlineData("FROM scratch\nADD --checksum=x a b", "checksum requires HTTP(S) or Git sources")]
    [InlineData("FROM scratch\nCOPY --checksum=x a b", "dockerfile parse error on line 2: unknown flag: --checksum")]
    [InlineData("FROM scratch\nCOPY https://example.com/x b", "source can't be a URL for COPY")]
    [InlineData("FROM $x", "base name ($x) should not be blank")]
    [InlineData("FROM --platform=$x scratch", "empty platform value from expression $x")]
    [InlineData("FROM --platform=foo scratch", "failed to parse platform foo: \"foo\": unknown operating system or architecture: invalid argument")]
    [InlineData("FROM UPPER", "failed to parse stage name \"UPPER\": invalid reference format: repository name (library/UPPER) must be lowercase")]
    [InlineData("FROM scratch\nCOPY \"a", "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nENV a=${b:?oops}", "failed to process \"${b:?oops}\": b: oops")]
    [InlineData("FROM scratch\nRUN --mount=type=cache,id=x x", "invalid mount target \"/\"")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,target=/x,required x", "unexpected key 'required' for mount type 'bind'")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,source=a,target=/a,size=3 x", "unexpected key 'size' for mount type 'bind'")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,required=3,target=/a x", "unexpected key 'required' for mount type 'bind'")]
    [InlineData("FROM scratch\nRUN --mount=type=ssh,required=3 x", "invalid value for required: 3")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,target=/a,\"x x", "invalid field 'x x' must be a key=value pair")]
    [InlineData("FROM scratch\nCMD [1]", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("FROM scratch\nCOPY [\"a\"]", "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nCOPY", "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nLABEL a", "LABEL must have two arguments")]
    [InlineData("FROM scratch\nENV a=1 b", "Syntax error - can't find = in \"b\". Must be of the form: name=value")]
    [InlineData("FROM scratch\nWORKDIR a b\nCOPY <<EOF x\nx", "unterminated heredoc")]
    public async Task What_is_wrong_is_told_as_BuildKit_does(string dockerfile, string message)
    {
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Frontends.RunAsync(Frontends.Host(dockerfile)));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task A_place_is_told_with_the_file()
    {
        SourceException error = await Assert.ThrowsAsync<SourceException>(() => Frontends.RunAsync(Frontends.Host("FROM scratch\nRUN --mount=type=foo \\\n  x")));
        Assert.Equal([2, 3], error.Ranges.Select(r => r.Start.Line));
        Assert.Equal("Dockerfile", error.SourceFile.Filename);
        Assert.Equal("Dockerfile", error.SourceFile.Language);
    }

    [Theory]
    [InlineData("target", "bse", "target stage \"bse\" could not be found (did you mean base?)")]
    [InlineData("requestid", "frontend.unknown", "unsupported request frontend.unknown")]
    [InlineData("add-hosts", "x", "failed to parse additional hosts: invalid key-value pair x")]
    [InlineData("image-resolve-mode", "x", "invalid image-resolve-mode: x")]
    [InlineData("filename", "none", "failed to read dockerfile: open none: no such file or directory")]
    public async Task A_request_that_is_wrong_is_refused(string key, string value, string message)
    {
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Frontends.RunAsync(Frontends.Host("FROM scratch AS base"), (key, value)));
        Assert.Equal(message, error.Message);
    }
}
