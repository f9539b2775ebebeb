from routing.models.agent import Agent
from routing.models.decision import Decision
from routing.models.fallback_message import FallbackMessage
from routing.models.live_chat import Because, LiveChat, State, TooLate
from routing.models.offer import Offer
from routing.models.presence import AgentPresence
from routing.models.route import CustomRule, Method, Route
from routing.models.team import Team
from routing.models.workspace import Plan, Workspace

__all__ = [
    "Agent",
    "AgentPresence",
    "Because",
    "CustomRule",
    "Decision",
    "FallbackMessage",
    "LiveChat",
    "Method",
    "Offer",
    "Plan",
    "Route",
    "State",
    "Team",
    "TooLate",
    "Workspace",
]
