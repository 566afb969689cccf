from .auth import Auth
from .chat import Chat
from .conversations import Conversations
from .items import Items
from .projects import Projects
from .service import Service
from .settings import Settings
from .shares import Shares

__all__ = ["Auth", "Chat", "Conversations", "Items", "Projects", "Service", "Settings", "Shares"]
