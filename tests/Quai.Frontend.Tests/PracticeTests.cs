using System.Text.Json;
using Quai.Build.Jobs;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>What is told of practices: each where it is not followed, and nothing where it is.</summary>
public sealed class PracticeTests
{
    private const string Question = "quai.practices", Apt = "FROM debian:13\nRUN apt-get update && apt-get install -y --no-install-recommends ";

    [Theory]
    [InlineData("FROM scratch\nADD a b /x/", "QuaiCopyNotAdd", 2, "COPY a b /x/")]
    [InlineData("FROM scratch\nadd --chown=1 a /x/", "QuaiCopyNotAdd", 2, "copy --chown=1 a /x/")]
    [InlineData("FROM scratch\nADD <<EOF /x\ntext\nEOF", "QuaiCopyNotAdd", 2, "COPY <<EOF /x\ntext\nEOF")]
    [InlineData("FROM scratch\nADD https://example.com/a.tgz /x/", "QuaiAddChecksum", 2, "ADD --checksum=sha256:DIGEST https://example.com/a.tgz /x/")]
    [InlineData("FROM busybox", "QuaiPinnedBase", 1, "FROM busybox:VERSION")]
    [InlineData("FROM busybox:latest AS a", "QuaiPinnedBase", 1, "FROM busybox:VERSION AS a")]
    [InlineData("ARG BASE=busybox\nFROM $BASE", "QuaiPinnedBase", 2, "FROM busybox:VERSION")]
    [InlineData("FROM scratch\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /uv", "QuaiPinnedBase", 2, "COPY --from=ghcr.io/astral-sh/uv:VERSION /uv /uv")]
    [InlineData(Apt + "curl && rm -rf /var/lib/apt/lists/*", "QuaiPinnedPackages", 2, "RUN apt-get update && apt-get install -y --no-install-recommends curl=VERSION && rm -rf /var/lib/apt/lists/*")]
    [InlineData("FROM alpine:3.22\nRUN apk add --no-cache curl", "QuaiPinnedPackages", 2, "RUN apk add --no-cache curl=VERSION")]
    [InlineData("FROM debian:13\nRUN apt-get update", "QuaiUpdateWithInstall", 2, "RUN apt-get update && apt-get install -y PACKAGES")]
    [InlineData("FROM debian:13\nRUN set -e; apt-get -q update;", "QuaiUpdateWithInstall", 2, "RUN set -e; apt-get -q update && apt-get install -y PACKAGES;")]
    [InlineData(Apt + "curl=1", "QuaiPackageLists", 2, "RUN apt-get update && apt-get install -y --no-install-recommends curl=1 && rm -rf /var/lib/apt/lists/*")]
    [InlineData("FROM debian:13\nRUN <<EOF\napt-get update\napt-get install -y --no-install-recommends curl=1\nEOF", "QuaiPackageLists", 2, "rm -rf /var/lib/apt/lists/*")]
    [InlineData("FROM debian:13\nRUN apt-get install --no-install-recommends curl=1", "QuaiAssumeYes", 2, "RUN apt-get install -y --no-install-recommends curl=1")]
    [InlineData("FROM debian:13\nRUN apt install -y --no-install-recommends curl=1", "QuaiAptGet", 2, "RUN apt-get install -y --no-install-recommends curl=1")]
    [InlineData("FROM debian:13\nRUN DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get install \\\n  -y curl=1", "QuaiNoRecommends", 2, "RUN DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get install --no-install-recommends \\\n  -y curl=1")]
    [InlineData("FROM alpine:3.22\nRUN apk add curl=1", "QuaiApkNoCache", 2, "RUN apk add --no-cache curl=1")]
    [InlineData("FROM python:3.13\nRUN pip install flask==3", "QuaiPipNoCache", 2, "RUN pip install --no-cache-dir flask==3")]
    [InlineData("FROM python:3.13\nRUN python3 -m pip install flask==3", "QuaiPipNoCache", 2, "RUN python3 -m pip install --no-cache-dir flask==3")]
    [InlineData("FROM node:24\nCOPY package.json package-lock.json ./\nRUN npm install", "QuaiNpmCi", 3, "RUN npm ci")]
    [InlineData("FROM scratch\nUSER root\nCMD [\"/app\"]", "QuaiUnprivileged", 2, "USER 65532:65532")]
    [InlineData("FROM scratch AS a\nCMD [\"/app\"]\nFROM a", "QuaiUnprivileged", 2, "USER 65532:65532\nCMD [\"/app\"]")]
    [InlineData("FROM node:24\nCOPY . .\nRUN npm ci --omit=dev", "QuaiOrderForCache", 2, "COPY package.json package-lock.json ./\nRUN npm ci --omit=dev\nCOPY . .")]
    [InlineData("FROM python:3.13\nCOPY ./ /app\nRUN cd /app; pip install --no-cache-dir -r requirements.txt", "QuaiOrderForCache", 2, "COPY requirements.txt ./\nRUN cd /app; pip install --no-cache-dir -r requirements.txt\nCOPY ./ /app")]
    [InlineData("FROM golang:1.25\nCOPY . .\nRUN go mod download && go build", "QuaiOrderForCache", 2, "COPY go.mod go.sum ./\nRUN go mod download && go build\nCOPY . .")]
    [InlineData("FROM php:8.4\nCOPY . .\nRUN composer install", "QuaiOrderForCache", 2, "COPY composer.json composer.lock ./\nRUN composer install\nCOPY . .")]
    [InlineData("FROM debian:13\nRUN cd /src && make", "QuaiWorkdir", 2, "WORKDIR /src\nRUN make")]
    [InlineData("FROM debian:13\nRUN cd /src", "QuaiLostState", 2, "WORKDIR /src")]
    [InlineData("FROM debian:13\nRUN export A=1", "QuaiLostState", 2, "ENV A=1")]
    [InlineData("FROM debian:13\nRUN . /venv/bin/activate", "QuaiLostState", 2, "RUN . /venv/bin/activate && COMMAND")]
    [InlineData("FROM debian:13\nRUN sudo make && sudo make install", "QuaiNoSudo", 2, "RUN make && make install")]
    [InlineData("FROM debian:13\nRUN curl -fsSL https://example.com/x | bash -s -- y", "QuaiPipeToShell", 2, "ADD --checksum=sha256:DIGEST https://example.com/x /tmp/script\nRUN bash /tmp/script && rm /tmp/script")]
    [InlineData("FROM debian:13\nRUN wget -qO- https://example.com/x | tee /x | sh", "QuaiPipeToShell", 2, "ADD --checksum=sha256:DIGEST https://example.com/x /tmp/script\nRUN sh /tmp/script && rm /tmp/script")]
    [InlineData("FROM debian:13\nRUN curl -f https://example.com/x | tar xz", "QuaiPipeFail", 2, "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -f https://example.com/x | tar xz")]
    [InlineData("FROM alpine:3.22\nRUN wget -O- https://example.com/x | tar xz", "QuaiPipeFail", 2, "SHELL [\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]\nRUN wget -O- https://example.com/x | tar xz")]
    public async Task A_practice_that_is_not_followed_is_found(string dockerfile, string practice, int line, string better)
    {
        JsonElement finding = Assert.Single(await LookAsync(dockerfile));
        Assert.Equal((practice, line, better), (finding.GetProperty("name").GetString(), finding.GetProperty("location").GetProperty("ranges")[0].GetProperty("start").GetProperty("line").GetInt32(), finding.GetProperty("better").GetString()));

        // What is said to be exact is not found any more.
        if (finding.GetProperty("isExact").GetBoolean())
        {
            string[] lines = dockerfile.Split('\n');
            int count = finding.GetProperty("location").GetProperty("ranges").GetArrayLength();
            Assert.DoesNotContain(await LookAsync(string.Join('\n', [.. lines[..(line - 1)], better, .. lines[(line - 1 + count)..]])), f => f.GetProperty("name").GetString() == practice);
        }

        Assert.Empty(await LookAsync($"# check=skip=Other,{practice}\n{dockerfile}"));
    }

    [Theory]
    [InlineData("FROM scratch\nADD a.tar.gz /x/\nADD https://github.com/a/b.git#v1 /y\nADD --checksum=sha256:1111111111111111111111111111111111111111111111111111111111111111 https://example.com/x /z\nADD *.whl /w/")]
    [InlineData("FROM scratch\nADD --keep-git-dir=true git@example.com:a/b.git /x")]
    [InlineData("ARG TAG\nFROM busybox:$TAG AS a\nFROM a AS b\nFROM busybox@sha256:1111111111111111111111111111111111111111111111111111111111111111\nCOPY --from=b /x /y\nCOPY --from=0 /x /z")]
    [InlineData("ARG OS=linux\nFROM busybox:1.37 AS base-linux\nFROM base-$OS AS a\nFROM base-linux$NONE")]
    [InlineData("FROM debian:13\nRUN apt-get update && apt-get install -y --no-install-recommends curl=1 && rm -rf /var/lib/apt/lists/*")]
    [InlineData("FROM debian:13\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get -qq -o APT::Install-Recommends=0 install ./local.deb")]
    [InlineData("FROM debian:13\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update")]
    [InlineData("FROM debian:13\nRUN set -ex; \\\n    apt-get update; \\\n    apt-get install -y --no-install-recommends \"curl=$VERSION\"; \\\n    rm -rf /var/lib/apt/lists/*")]
    [InlineData("FROM debian:13\nRUN <<EOF\nset -e\napt-get update\n# a comment; apt-get install x\napt-get install -y --no-install-recommends curl=1\nrm -rf /var/lib/apt/lists/*\nEOF")]
    [InlineData("FROM debian:13\nRUN echo 'APT::Install-Recommends \"0\"; APT::Get::Assume-Yes \"1\";' > /etc/apt/apt.conf.d/x\nRUN apt-get update && apt-get install curl=1 && apt-get dist-clean")]
    [InlineData("FROM debian:13\nRUN apt-get update && apt-get upgrade -y")]
    [InlineData("FROM debian:13 AS build\nRUN apt-get update && apt-get install -y gcc=1\nFROM debian:13\nCOPY --from=build /x /x")]
    [InlineData("FROM debian:13\nRUN echo apt-get update is needed && echo 'sudo make; cd /x' # curl x | sh")]
    [InlineData("FROM alpine:3.22\nRUN apk --no-cache add curl=1 && apk add -t .deps --no-cache gcc=2\nRUN --mount=type=cache,target=/var/cache/apk apk add curl=1")]
    [InlineData("FROM python:3.13\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask==3")]
    [InlineData("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3\nRUN pip3 --no-cache-dir install flask==3")]
    [InlineData("FROM node:24\nCOPY package.json ./\nRUN npm install\nCOPY . .\nRUN npm run build && npm install -g pm2 && npm install left-pad")]
    [InlineData("FROM node:24\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm ci --omit=dev")]
    [InlineData("FROM node:24\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci")]
    [InlineData("FROM node:24 AS a\nCOPY . .\nFROM node:24\nCOPY --from=a . .\nRUN npm ci")]
    [InlineData("FROM scratch\nUSER 1000\nCMD [\"/app\"]")]
    [InlineData("FROM scratch\nCOPY a b")]
    [InlineData("FROM debian:13\nCOPY gosu /gosu\nENTRYPOINT [\"gosu\", \"app\", \"/app\"]")]
    [InlineData("FROM unprivileged:1\nENTRYPOINT [\"/app\"]")]
    [InlineData("FROM debian:13\nRUN (cd /src && make) && make -C /other\nRUN cd /a && make && cd /b && make\nRUN mkdir -p /c && cd /c && ls")]
    [InlineData("FROM debian:13\nUSER app\nRUN sudo apt-get dist-upgrade -y")]
    [InlineData("FROM debian:13\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -f https://example.com/x | tar xz\nRUN curl https://example.com/x | python3 -c 'import sys' ")]
    [InlineData("FROM debian:13\nRUN set -o pipefail && curl -f https://example.com/x | sha256sum -c\nRUN curl -fo /x https://example.com/x || exit 1; sh /x")]
    [InlineData("# escape=`\nFROM windows:1\nSHELL [\"powershell\", \"-Command\"]\nRUN curl x | sh; `\n sudo y; cd /z")]
    [InlineData("FROM debian:13\nRUN [\"apt-get\", \"dist-upgrade\"]\nRUN [\"/bin/sh\", \"-c\", \"make && make install\"]")]
    [InlineData("FROM debian:13\nRUN <<EOF\n#!/usr/bin/env python3\nimport os; cd | sh\nEOF")]
    [InlineData("FROM debian:13\nRUN if [ \"$(curl -s x | sh)\" ]; then echo \"${A:-$(sudo x)}\"; fi; for i in 1 2; do echo `sudo y`; done 2>&1 >/dev/null")]
    [InlineData("FROM debian:13\nRUN echo 'unfinished && sudo x")]
    public async Task A_practice_that_is_followed_is_not_found(string dockerfile) => Assert.Empty((await LookAsync(dockerfile)).Select(f => f.ToString()));

    [Fact]
    public void Any_text_is_read_as_a_script()
    {
        const string alphabet = "a b'\"`$(){};&|<>#\\\n=-0!";
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Create(random.Next(40), random, (span, r) => r.GetItems(alphabet, span));
            Assert.All(Practices.Scripts.ShellReader.Read(text), c => Assert.NotEmpty(c.Words));
        }
    }

    [Fact]
    public async Task Practices_are_told_to_nobody_who_does_not_ask()
    {
        const string file = "# check=error=true\nFROM busybox\nADD a /b\nRUN sudo curl x | sh";
        FakeHost host = Frontends.Host(file);
        await Frontends.RunAsync(host);
        Assert.Empty(host.Warnings);
        SolveResult lint = await Frontends.RunAsync(Frontends.Host(file), ("requestid", "frontend.lint"));
        Assert.Equal("0", Frontends.Text(lint, "result.statuscode"));
        SolveResult questions = await Frontends.RunAsync(Frontends.Host(file), ("requestid", "frontend.subrequests.describe"));
        Assert.DoesNotContain("quai", Frontends.Text(questions, "result.json"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("FROM scratch", "0")]
    [InlineData("FROM alpine:3.22\nRUN apk add --no-cache curl", "0")]
    [InlineData("FROM scratch\nADD a /b", "1")]
    [InlineData("FROM scratch\nCOPY a", "1")]
    [InlineData("FROM scratch\nCMD x", "1")]
    [InlineData("# check=skip=all\nFROM busybox\nADD a /b\nCMD x", "0")]
    public async Task Hints_alone_and_checks_are_no_failure(string dockerfile, string status)
    {
        SolveResult result = await Frontends.RunAsync(HostOf(dockerfile), ("requestid", Question));
        Assert.Equal(status, Frontends.Text(result, "result.statuscode"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_compiled_is_looked_at_as_far_as_it_can()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host("FROM nowhere:1\nADD a /b\nCMD [\"x\"]"), ("requestid", Question));
        JsonElement report = JsonDocument.Parse(result.Metadata["result.json"]).RootElement;
        Assert.Equal("QuaiCopyNotAdd", Assert.Single(report.GetProperty("practices").EnumerateArray()).GetProperty("name").GetString());
        Assert.Contains("nowhere", report.GetProperty("buildError").GetProperty("message").GetString(), StringComparison.Ordinal);
        JsonElement invocation = JsonDocument.Parse(result.Metadata["result.sarif"]).RootElement.GetProperty("runs")[0].GetProperty("invocations")[0];
        Assert.False(invocation.GetProperty("executionSuccessful").GetBoolean());
        Assert.Equal(1, invocation.GetProperty("toolExecutionNotifications")[0].GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
    }

    internal static FakeHost HostOf(string dockerfile)
    {
        FakeHost host = Frontends.Host(dockerfile);
        foreach (string image in (string[])["debian:13", "alpine:3.22", "python:3.13", "node:24", "golang:1.25", "php:8.4", "windows:1", "busybox:1.37"])
        {
            host.Images["docker.io/library/" + image] = Frontends.Busybox;
        }

        host.Images["docker.io/library/unprivileged:1"] = """{"architecture":"amd64","os":"linux","config":{"User":"nonroot"},"rootfs":{"type":"layers","diff_ids":[]}}""";
        return host;
    }

    private static async Task<JsonElement[]> LookAsync(string dockerfile)
    {
        SolveResult result = await Frontends.RunAsync(HostOf(dockerfile), ("requestid", Question));
        return [.. JsonDocument.Parse(result.Metadata["result.json"]).RootElement.GetProperty("practices").EnumerateArray()];
    }
}
