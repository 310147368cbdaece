import signal

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

controller = Controller(Mailbox("/var/mail/box"), hostname="0.0.0.0", port=2525)
controller.start()
signal.sigwait([signal.SIGTERM, signal.SIGINT])
controller.stop()
