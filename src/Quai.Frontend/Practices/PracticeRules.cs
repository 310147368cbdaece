namespace Quai.Frontend.Practices;

#pragma warning disable CS1591 // each says itself what it is

/// <summary>All practices. Their names begin so that none is ever a check of Docker's.</summary>
internal static class PracticeRules
{
    public static readonly Practice CopyNotAdd = new("QuaiCopyNotAdd", "Copy plain files with COPY", "ADD also unpacks archives and fetches addresses, so whoever reads it must find out which of these is meant; COPY only copies.");

    public static readonly Practice AddChecksum = new("QuaiAddChecksum", "Give the checksum of what ADD fetches", "What a server sends may be another file tomorrow, or somebody else's; with a checksum the build fails instead of taking it.");

    public static readonly Practice PinnedBase = new("QuaiPinnedBase", "Name the version of an image", "Without a tag, or with latest, the same Dockerfile gives another image whenever the publisher moves on.");

    public static readonly Practice PinnedPackages = new("QuaiPinnedPackages", "Consider naming the versions of packages", "A package without a version is whatever the archive has on the day of the build; a version makes the build repeatable, until the archive drops it.") { IsHint = true };

    public static readonly Practice UpdateWithInstall = new("QuaiUpdateWithInstall", "Update the package lists in the RUN that installs", "A RUN that only updates the lists is taken from the cache for months, and what is installed by old lists is old, or no longer there.");

    public static readonly Practice PackageLists = new("QuaiPackageLists", "Remove the package lists in the RUN that fetched them", "The lists stay in the layer, some tens of megabytes that the image never uses; a later RUN cannot take them out of it.");

    public static readonly Practice AssumeYes = new("QuaiAssumeYes", "Answer the package manager's question beforehand", "Nobody is there to answer during a build, so the installation is aborted as soon as it needs a further package.");

    public static readonly Practice AptGet = new("QuaiAptGet", "Use apt-get in scripts", "apt is made for people: it says itself that its options and output may change.") { IsHint = true };

    public static readonly Practice NoRecommends = new("QuaiNoRecommends", "Install without recommended packages", "Recommended packages are often larger than what was asked for, and each is one more thing to keep secure.");

    public static readonly Practice ApkNoCache = new("QuaiApkNoCache", "Use apk add --no-cache", "Without it the package index stays in the layer.");

    public static readonly Practice PipNoCache = new("QuaiPipNoCache", "Keep pip's cache out of the image", "pip keeps what it downloads for a next time that an image does not have.");

    public static readonly Practice NpmCi = new("QuaiNpmCi", "Install by the lock file with npm ci", "npm install may change the lock file and take newer packages; npm ci installs what the lock file says, or fails.");

    public static readonly Practice Unprivileged = new("QuaiUnprivileged", "Run as an unprivileged user", "Who breaks into a process of root has every right that the container has, and is root towards every file that is mounted.");

    public static readonly Practice OrderForCache = new("QuaiOrderForCache", "Install dependencies before copying all of the source", "Each change of any file makes the installation run again; it need only do so when the list of dependencies changes.");

    public static readonly Practice Workdir = new("QuaiWorkdir", "Change the directory with WORKDIR", "A cd holds until the end of its RUN only; WORKDIR holds for what follows, and makes the directory.") { IsHint = true };

    public static readonly Practice LostState = new("QuaiLostState", "Do not expect a RUN to change the next one", "Each RUN is a shell of its own: a directory, variable or alias that is set in it is gone when it ends.");

    public static readonly Practice NoSudo = new("QuaiNoSudo", "Do without sudo", "RUN is root until USER says otherwise; sudo adds a program with the right to become root to the image, and handles signals and terminals in its own way.");

    public static readonly Practice PipeToShell = new("QuaiPipeToShell", "Do not run what is being downloaded", "Nothing checks what is run, a download that breaks off leaves half of it done, and the cache keeps it for good.");

    public static readonly Practice PipeFail = new("QuaiPipeFail", "Let a failing download fail the RUN", "The status of a pipe is that of its last program: a download that fails goes unnoticed unless pipefail is set.");

    /// <summary>All of them, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Practice> All =
    [
        CopyNotAdd, AddChecksum, PinnedBase, PinnedPackages, UpdateWithInstall, PackageLists, AssumeYes, AptGet, NoRecommends, ApkNoCache, PipNoCache, NpmCi, Unprivileged, OrderForCache, Workdir, LostState,
        NoSudo, PipeToShell, PipeFail,
    ];
}
