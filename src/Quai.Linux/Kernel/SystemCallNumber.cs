using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

/// <summary>Numbers of the system calls that Quai makes itself, on x86-64 and arm64 (unistd_64.h, asm-generic/unistd.h).</summary>
public static class SystemCallNumber
{
#pragma warning disable CS1591 // named as the kernel names them
    private static bool X64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int Read => X64 ? 0 : 63;
    public static int Lseek => X64 ? 8 : 62;
    public static int Write => X64 ? 1 : 64;
    public static int Close => X64 ? 3 : 57;
    public static int Poll => X64 ? 7 : -1;
    public static int PPoll => X64 ? 271 : 73;
    public static int Mmap => X64 ? 9 : 222;
    public static int Munmap => X64 ? 11 : 215;
    public static int Madvise => X64 ? 28 : 233;
    public static int Ioctl => X64 ? 16 : 29;
    public static int Writev => X64 ? 20 : 66;
    public static int Socket => X64 ? 41 : 198;
    public static int Socketpair => X64 ? 53 : 199;
    public static int Bind => X64 ? 49 : 200;
    public static int Listen => X64 ? 50 : 201;
    public static int Accept4 => X64 ? 288 : 242;
    public static int Sendto => X64 ? 44 : 206;
    public static int Sendmsg => X64 ? 46 : 211;
    public static int Recvmsg => X64 ? 47 : 212;
    public static int Recvfrom => X64 ? 45 : 207;
    public static int Connect => X64 ? 42 : 203;
    public static int Shutdown => X64 ? 48 : 210;
    public static int Fcntl => X64 ? 72 : 25;
    public static int Execve => X64 ? 59 : 221;
    public static int Exit => X64 ? 60 : 93;
    public static int ExitGroup => X64 ? 231 : 94;
    public static int Kill => X64 ? 62 : 129;
    public static int Getpid => X64 ? 39 : 172;
    public static int Chdir => X64 ? 80 : 49;
    public static int Fchdir => X64 ? 81 : 50;
    public static int Umask => X64 ? 95 : 166;
    public static int Setsid => X64 ? 112 : 157;
    public static int Setgroups => X64 ? 116 : 159;
    public static int Setresuid => X64 ? 117 : 147;
    public static int Setresgid => X64 ? 119 : 149;
    public static int Capset => X64 ? 126 : 91;
    public static int Personality => X64 ? 135 : 92;
    public static int Prctl => X64 ? 157 : 167;
    public static int PivotRoot => X64 ? 155 : 41;
    public static int Mount => X64 ? 165 : 40;
    public static int Umount2 => X64 ? 166 : 39;
    public static int Sethostname => X64 ? 170 : 161;
    public static int Setdomainname => X64 ? 171 : 162;
    public static int Keyctl => X64 ? 250 : 219;
    public static int Waitid => X64 ? 247 : 95;
    public static int Openat => X64 ? 257 : 56;
    public static int Mkdirat => X64 ? 258 : 34;
    public static int Mknodat => X64 ? 259 : 33;
    public static int Fchownat => X64 ? 260 : 54;
    public static int Newfstatat => X64 ? 262 : 79;
    public static int Unlinkat => X64 ? 263 : 35;
    public static int Renameat => X64 ? 264 : 38;
    public static int Symlinkat => X64 ? 266 : 36;
    public static int Fchmodat => X64 ? 268 : 53;
    public static int Unshare => X64 ? 272 : 97;
    public static int Dup3 => X64 ? 292 : 24;
    public static int Pipe2 => X64 ? 293 : 59;
    public static int Prlimit64 => X64 ? 302 : 261;
    public static int Setns => X64 ? 308 : 268;
    public static int Seccomp => X64 ? 317 : 277;
    public static int MemfdCreate => X64 ? 319 : 279;
    public static int Fdatasync => X64 ? 75 : 83;
    public static int Fsync => X64 ? 74 : 82;
    public static int Ftruncate => X64 ? 77 : 46;
    public static int ClockGettime => X64 ? 228 : 113;
    public static int Setpriority => X64 ? 141 : 140;
    public static int IoprioSet => X64 ? 251 : 30;
    public static int SchedSetattr => X64 ? 314 : 274;
    public static int RtSigprocmask => X64 ? 14 : 135;
    public static int RtSigaction => X64 ? 13 : 134;
    public static int Signalfd4 => X64 ? 289 : 74;
    public static int PidfdSendSignal => 424;
    public static int OpenTree => 428;
    public static int MoveMount => 429;
    public static int Fsopen => 430;
    public static int Fsconfig => 431;
    public static int Fsmount => 432;
    public static int PidfdOpen => 434;
    public static int Clone3 => 435;
    public static int CloseRange => 436;
    public static int Openat2 => 437;
    public static int MountSetattr => 442;
#pragma warning restore CS1591
}
